"""How the router does, and what many people write about: for those who answer for the dispatching."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from desks.access import at_desk, me
from dispatch.actions.router import CannotRollBack, roll_back
from petitions import router_page, topic_pages
from petitions.learning.topics import WINDOWS, growing_fast


@at_desk("workbench")
@require_GET
def router(request: HttpRequest) -> HttpResponse:
    """The version in use, and how it did week by week."""
    if not router_page.may_read(me(request)):
        raise Http404
    shown = {**router_page.facts(), "may_roll_back": router_page.may_roll_back(me(request))}
    return render(request, "desks/router.html", shown)


@at_desk("workbench")
@require_POST
def rolled_back(request: HttpRequest) -> HttpResponse:
    """Put the earlier version back into use."""
    if not router_page.may_roll_back(me(request)):
        raise Http404
    try:
        version = roll_back(now=timezone.now(), by=me(request))
    except CannotRollBack as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Version %(version)s is in use again.") % {"version": version.version})
    return redirect("desks:router")


@at_desk("workbench")
@require_GET
def topics(request: HttpRequest) -> HttpResponse:
    """Hot topics of one's own areas within 7, 30 or 90 days."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(each) for each in WINDOWS} else WINDOWS[0]
    found = list(topic_pages.topics_for(me(request)).filter(days=days))
    members = topic_pages.members(found, me(request))
    rows = [{"topic": each, "petitions": members[each.group], "fast": growing_fast(each)} for each in found]
    return render(request, "desks/topics.html", {"rows": rows, "days": days, "windows": WINDOWS})
