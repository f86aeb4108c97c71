"""For the security administrator: who is locked out and who is signed in, and an end to either, on the record."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.queries import locked_accounts, open_sessions
from desks.backoffice import actions
from desks.backoffice.tools import me, shown, tool
from journal.refusals import Refused

MOST = 200


@tool("lockouts")
@require_GET
def lockouts(request: HttpRequest) -> HttpResponse:
    """Accounts locked after five failures, until when, and how many names without an account are locked too."""
    locked, unknown = locked_accounts(timezone.now())
    return shown(request, "lockouts", "desks/backoffice/lockouts.html", {"locked": locked[:MOST], "unknown": unknown})


@tool("lockouts")
@require_POST
def lift(request: HttpRequest, number: int) -> HttpResponse:
    """Lift a lock-out, with the reason on the record."""
    user = get_object_or_404(User, pk=number)
    reason = request.POST.get("reason", "")[:500]
    try:
        actions.lift_lockout(user=user, reason=reason, by=me(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s may try again.") % {"name": user.username})
    return HttpResponseRedirect(reverse("backoffice:lockouts"))


@tool("sessions")
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """Open sessions of staff, the newest first."""
    found = open_sessions(timezone.now())[:MOST]
    context = {"rows": found, "own": request.session.session_key}
    return shown(request, "sessions", "desks/backoffice/sessions.html", context)


@tool("sessions")
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End every session and token of one person: a lost device, or somebody who has left."""
    user = get_object_or_404(User, pk=number)
    try:
        ended = actions.end_sessions(user=user, by=me(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Sessions of %(name)s ended: %(number)d.") % {"name": user, "number": ended})
    return HttpResponseRedirect(reverse("backoffice:sessions"))
