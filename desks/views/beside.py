"""Beside one matter: who else has it open, and the preview of a merging."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from desks.access import at_desk, desk_of, me
from desks.presence import others_at
from desks.versions import changed_since
from desks.views.matter import load, told_of
from dispatch.models import WorkOrder
from petitions.actions.merging import UNDO_WITHIN
from petitions.lifecycle import MATTER
from petitions.models import Petition
from petitions.moves import petition_moves
from petitions.reading import works_on
from petitions.references import normalise


@at_desk("any")
@require_GET
def presence(request: HttpRequest, reference: str) -> HttpResponse:
    """Who else has the matter open, and what has happened since this page was shown; asked for while somebody reads."""
    petition, user = load(request, reference), me(request)
    version = request.GET.get("version", "")
    if not works_on(petition, user, _orders(petition)) or not (version.isdecimal() and len(version) < 19):
        raise Http404
    shown = {
        "petition": petition,
        "version": version,
        "others": others_at(petition.pk, user, timezone.now()),
        "changes": told_of(changed_since(petition, int(version))),
    }
    return render(request, "desks/_presence.html", shown)


def _orders(petition: Petition) -> list[WorkOrder]:
    return list(WorkOrder.objects.of(MATTER, petition.pk))


@at_desk("workbench")
@require_GET
def merging(request: HttpRequest, reference: str) -> HttpResponse:
    """Both petitions side by side and what merging them would do; nothing is done here."""
    petition = load(request, reference)
    if not _offered(petition, request, "merge"):
        raise Http404
    asked = request.GET.get("into", "")[:40]
    main, problem = _main(petition, asked, request)
    shown = {
        "petition": petition,
        "main": main,
        "asked": asked,
        "problem": problem,
        "ending": [order for order in _orders(petition) if order.is_open],
        "until": timezone.now() + UNDO_WITHIN,
        "now": timezone.now(),
        "desk": desk_of(request.user),
    }
    return render(request, "desks/merge.html", shown, status=422 if problem else 200)


def _offered(petition: Petition, request: HttpRequest, move: str) -> bool:
    return any(offer.name == move for offer in petition_moves(petition, me(request)))


def _main(petition: Petition, asked: str, request: HttpRequest) -> tuple[Petition | None, str]:
    """The petition to merge into, or a sentence that says why it cannot be this one."""
    visible = Petition.objects.with_all().visible_to(request.user)
    main = visible.filter(reference=normalise(asked) or "").first()
    if main is None:
        return None, _("There is no petition with this reference.")
    if main.pk == petition.pk:
        return None, _("A petition cannot be merged with itself.")
    if not main.is_open or main.restricted:
        return None, _("Choose an open petition as the main one.")
    if petition.merged.exists():
        return None, _("Others were merged into this petition: merge the other way round.")
    return main, ""
