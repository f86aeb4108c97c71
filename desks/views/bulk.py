"""One move for several petitions: first what would happen to each, then what did; what was refused can be sent anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from rest_framework.exceptions import ValidationError

from accounts.models import User
from desks import actions
from desks.access import at_desk, desk_of, me
from desks.bulkrows import Chosen, Line, Lines, chosen_of
from desks.meanwhile import sentence
from desks.moveforms import Field, Maker, read
from desks.views.workbench import back, bulk_moves
from dispatch.models import WorkOrder
from journal.refusals import Refused
from petitions.access import By
from petitions.api.commands import ORDER_COMMANDS, PETITION_COMMANDS, Command
from petitions.models import Petition

NOTHING = PETITION_COMMANDS["register"]


def command_of(move: str) -> Command:
    """Return what the move takes, from the API's table."""
    if move == "assign_first":
        return NOTHING
    return ORDER_COMMANDS["urge"] if move == "urge" else PETITION_COMMANDS[move]


@at_desk("workbench")
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Show the preview, or do it and show each row's result, with a form for those that were refused."""
    move = request.POST.get("move", "")
    labels = dict(bulk_moves(request))
    if move not in labels:
        raise Http404
    user, now = me(request), timezone.now()
    chosen, made = chosen_of(request.POST.getlist("row")), Lines(move, user, now)
    sent = request.POST.get("step") == "run"
    values, errors = _values(request, move) if sent else ({}, {})
    run = sent and not errors
    lines = made.of(chosen, run=run)
    if run:
        for line in lines:
            if line.ok:
                _do(line, move, values, user, now)
        # As they are now: what is sent again goes by what this page tells.
        tried = made.of(Chosen(line.petition.reference) for line in lines if not line.ok)
    again = [line for line in (tried if run else lines) if line.ok]
    fields = _fields(request, move, errors, now)
    context = {
        "lines": lines,
        "again": again,
        "gone": len(chosen) - len(lines),
        "move": move,
        "label": labels[move],
        "fields": fields,
        "lost": _typed(fields) if sent and not again and not all(line.ok for line in lines) else "",
        "ready": sum(line.ok for line in lines),
        "run": run,
        "next": back(request),
        "desk": desk_of(user),
    }
    return render(request, "desks/bulk.html", context, status=422 if errors else 200)


def _values(request: HttpRequest, move: str) -> tuple[dict[str, Any], Any]:
    """The move's input, and what is wrong with it."""
    if move == "assign_first":
        return {}, {}
    taken = command_of(move).taken()
    form = taken(data=read(taken, request.POST), context={"request": request})
    try:
        form.is_valid(raise_exception=True)
    except ValidationError as error:
        return {}, error.detail
    return dict(form.validated_data), {}


def _fields(request: HttpRequest, move: str, errors: Any, now: datetime) -> list[Field]:
    """The move's fields with what was typed, also after a run: some of it may have to be sent again."""
    if move == "assign_first":
        return []
    fields = Maker(me(request), now, []).fields(move, command_of(move).taken(), request.POST, errors)
    for field in fields:
        if field.widget in ("unit", "units"):
            field.value = request.POST.getlist(field.name)
    return fields


def _typed(fields: Sequence[Field]) -> str:
    """The words that were typed: shown to be copied where no row is left to send them with."""
    return "\n\n".join(str(field.value) for field in fields if field.widget in ("text", "textarea") and field.value)


def _do(line: Line, move: str, values: dict[str, Any], user: User, now: datetime) -> None:
    """Make the move on one row, in a transaction of its own; one that is refused stops no other."""
    try:
        if line.unit is not None:
            actions.assign_first(petition=line.petition, unit=line.unit, version=line.version, by=user, now=now)
        else:
            actions.make_move(
                petition=line.petition,
                command=_urging(line.orders) if move == "urge" else command_of(move),
                subject=line.petition,
                values=values,
                version=line.version,
                by=user,
                now=now,
            )
    except actions.Changed as changed:
        line.ok, line.words = False, str(changed)
        line.told = [sentence(entry, now) for entry in changed.entries]
    except Refused as refusal:
        line.ok, line.words = False, str(refusal)
    else:
        line.words = line.words or _("Done.")


def _urging(orders: Sequence[WorkOrder]) -> Command:
    """Urging every unit of a matter as one move: all of them, or none."""
    urge = command_of("urge")

    def each(*, petition: Petition, by: By, now: datetime, note: str) -> Petition:
        for order in orders:
            urge.action(order=order, by=by, now=now, note=note)
        return petition

    return Command(urge.serializer, each)
