"""A form of the matter page that was sent: made into a move, or come back with what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from desks import actions
from desks.access import me
from desks.moveforms import read
from dispatch.models import WorkOrder
from journal.models import Entry
from journal.refusals import Refused
from petitions.access import HAD_AND_LOST, scope_of
from petitions.api.commands import ORDER_COMMANDS, PETITION_COMMANDS
from petitions.models import Petition

UNTYPED = frozenset({"csrfmiddlewaretoken", "version", "next"})  # fields of every form that nobody types
# What the resident does, on the resident's own pages.
NOT_HERE = frozenset({"evaluate", "withdraw", "supplement", "withdraw_publication"})


@dataclass
class Sent:
    """A form that was sent: what was typed, what is wrong with it, and what others did meanwhile.

    `status` is that of the answer which shows the form again, 0 where the move was made of `values`.
    """

    key: str = ""
    typed: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: Any = field(default_factory=dict)
    sentence: str = ""
    changes: Sequence[Entry] = ()
    status: int = 0
    files: bool = False  # some were chosen, which a browser does not keep


def attempt(request: HttpRequest, petition: Petition, order: WorkOrder | None, name: str) -> Sent:
    """Make the move `name` on the petition or on its order, as the form says; return how it went.

    Raises Http404 where there is no such move here, or no version of the matter came with it.
    """
    command = (ORDER_COMMANDS if order else PETITION_COMMANDS).get(name)
    version = request.POST.get("version", "")
    if command is None or name in NOT_HERE or not (version.isdecimal() and len(version) < 19):
        raise Http404
    taken = command.taken(order)
    sent = Sent(key=f"{name}-{order.pk}" if order else name, typed=read(taken, request.POST))
    form = taken(data=sent.typed, context={"request": request})
    uploads = request.FILES.getlist("files") if order is not None and name == "reply" else []
    sent.files = bool(uploads)
    try:
        form.is_valid(raise_exception=True)
        sent.values = dict(form.validated_data)
        actions.make_move(
            petition=petition,
            command=command,
            subject=order or petition,
            values=sent.values,
            version=int(version),
            by=me(request),
            now=timezone.now(),
            files=actions.Files(order, uploads) if order is not None and uploads else None,
        )
    except ValidationError as error:
        sent.errors, sent.status = error.detail, 422
    except actions.Changed as changed:
        sent.sentence, sent.changes, sent.status = str(changed), changed.entries, 409
    except Refused as refusal:
        sent.sentence, sent.status = str(refusal), 422
        sent.errors = {refusal.field: [str(refusal)]} if refusal.field else {}
    return sent


def gone(request: HttpRequest, reference: str) -> HttpResponse:
    """What was sent for a matter that is not there for them, or not any more: shown to be copied, so nothing is lost.

    Whether there is such a matter is not said; only how the order of one's own unit ended.
    """
    typed = [value for name in request.POST if name not in UNTYPED for value in request.POST.getlist(name) if value]
    if not typed:
        raise Http404
    units = scope_of(me(request)).unit.units
    mine = WorkOrder.objects.filter(reference=reference, department_id__in=units, state__in=HAD_AND_LOST)
    shown = {"typed": typed, "order": mine.order_by("-pk").first()}
    return render(request, "desks/gone.html", shown, status=404)
