"""A form of the matter page that was sent: made into a move, or come back with what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from desks import actions
from desks.access import me
from desks.moveforms import read, takes_files
from dispatch.models import WorkOrder
from journal.models import Entry
from journal.refusals import Refused
from petitions.access import HAD_AND_LOST, scope_of
from petitions.actions.answer_files import WrongFiles
from petitions.api.commands import ORDER_COMMANDS, PETITION_COMMANDS
from petitions.models import Petition

UNTYPED = frozenset({"csrfmiddlewaretoken", "version", "next", "take_off"})  # fields of every form that nobody types
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
    uploads = request.FILES.getlist("files") if takes_files(taken) else []
    form = taken(data={**sent.typed, **({"files": uploads} if uploads else {})}, context={"request": request})
    sent.files = bool(uploads)
    made: dict[str, Any] = {"petition": petition, "version": int(version), "by": me(request), "now": timezone.now()}
    try:
        form.is_valid(raise_exception=True)
        sent.values = dict(form.validated_data)
        actions.make_move(command=command, subject=order or petition, values=sent.values, **made)
    except ValidationError as error:
        sent.errors, sent.status = error.detail, 422
    except actions.Changed as changed:
        sent.sentence, sent.changes, sent.status = str(changed), changed.entries, 409
    except WrongFiles as wrong:
        _keep_the_good(sent, order, wrong, made)
    except Refused as refusal:
        sent.sentence, sent.status = str(refusal), 422
        sent.errors = {refusal.field: [str(refusal)]} if refusal.field else {}
    return sent


def _keep_the_good(sent: Sent, order: WorkOrder | None, wrong: WrongFiles, made: dict[str, Any]) -> None:
    """Say which files are wrong; keep the others with the draft, and say so, or why not."""
    sent.status, sent.errors = 422, {"files": [str(wrong)]}
    assert order is not None, "only an order's moves take files"
    try:
        actions.keep_the_good(order=order, values=sent.values, wrong=wrong, **made)
    except actions.Changed as changed:
        sent.sentence, sent.changes, sent.status = str(changed), changed.entries, 409
    except WrongFiles as more:
        sent.errors["files"].append(str(more))
    except Refused as refusal:
        sent.sentence = str(refusal)
    else:
        sent.files, sent.typed = False, {name: each for name, each in sent.typed.items() if name != "take_off"}
        sent.sentence = _(
            "The reply has not been sent. What you wrote, and the files that can be taken, are kept with the draft."
        )


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
