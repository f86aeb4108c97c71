"""The public text, written beside the original: what was changed is shown, and what is wrong with it, at its field."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from desks.access import at_desk, desk_of, me
from desks.attempts import Sent, attempt, gone
from desks.moveforms import flat
from desks.views.matter import after, again, load, told_of
from petitions import timeline
from petitions.moves import may_move

PROPOSE = "propose_publication"


@at_desk("workbench")
@require_http_methods(["GET", "POST"])
def public_text(request: HttpRequest, reference: str) -> HttpResponse:
    """The public text to write beside the original. A POST shows what was changed so far; nothing is kept here."""
    sent = Sent()
    if request.method == "POST":
        # As it was typed, whatever may be wrong with it: that is said when it is proposed.
        sent.typed = {name: request.POST.get(name, "") for name in ("title", "text")}
    return _page(request, reference, sent, version=request.POST.get("version", ""))


@at_desk("any")
@require_POST
def propose(request: HttpRequest, reference: str) -> HttpResponse:
    """Propose the public text. Where it will not do, the page comes back as it was typed.

    422 with the sentence at its field, 409 with what others did meanwhile. Where publication cannot be proposed (any
    more), the matter's own page says so and shows what was typed.
    """
    try:
        petition = load(request, reference)
    except Http404:
        return gone(request, reference)
    sent = attempt(request, petition, None, PROPOSE)
    if not sent.status:
        messages.success(request, _("Done: %(move)s.") % {"move": timeline.label(PROPOSE)})
        return HttpResponseRedirect(after(request, petition))
    if not may_move(load(request, reference), me(request), PROPOSE):
        return again(request, petition, sent)
    return _page(request, reference, sent)


def _page(request: HttpRequest, reference: str, sent: Sent, *, version: str = "") -> HttpResponse:
    """Show the page. `version` is the one the browser had, kept while nothing is decided: what others did since then
    is told to whoever proposes, not passed over by a look at the changes."""
    petition = load(request, reference)
    if not may_move(petition, me(request), PROPOSE):
        raise Http404
    starts = {"title": petition.public_title or petition.title, "text": petition.public_text or petition.text}
    shown: dict[str, Any] = {
        "petition": petition,
        "version": version if version.isdecimal() and len(version) < 19 else petition.version,  # type: ignore[attr-defined]
        **{name: sent.typed.get(name, "") if sent.typed else words for name, words in starts.items()},
        "wrong": {name: flat(words) for name, words in sent.errors.items()},
        "sentence": "" if sent.errors else sent.sentence,
        "changes": told_of(sent.changes),
        "now": timezone.now(),
        "desk": desk_of(request.user),
    }
    return render(request, "desks/public_text.html", shown, status=sent.status or 200)
