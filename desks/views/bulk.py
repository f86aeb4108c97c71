"""One move for several petitions: first what would happen to each, then what did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from rest_framework.exceptions import ValidationError

from desks import actions
from desks.access import at_desk, desk_of, me
from desks.listing import filtered, shown
from desks.moveforms import Maker, read
from desks.queries import last_proposals
from desks.rows import first_candidate, give_views
from desks.versions import give
from desks.views.workbench import back, bulk_moves
from dispatch.lifecycle import OPEN
from dispatch.models import OrderKind, WorkOrder
from journal.refusals import Refused
from petitions import choices
from petitions.api.commands import ORDER_COMMANDS, PETITION_COMMANDS, Command
from petitions.lifecycle import MATTER
from petitions.models import Petition
from petitions.moves import petition_moves
from petitions.orders import visible_orders

MOST = 100
NOTHING = PETITION_COMMANDS["register"]


@dataclass
class Line:
    """One petition of the bulk: what will happen, or why not; afterwards what did."""

    petition: Petition
    version: int
    ok: bool
    words: str
    unit: Any = None
    order: WorkOrder | None = None


def command_of(move: str) -> Command:
    """Return what the move takes, from the API's table."""
    if move == "assign_first":
        return NOTHING
    return ORDER_COMMANDS["urge"] if move == "urge" else PETITION_COMMANDS[move]


@at_desk("workbench")
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Show the preview, or do it and show each row's result."""
    move = request.POST.get("move", "")
    labels = dict(bulk_moves(request))
    if move not in labels:
        raise Http404
    now = timezone.now()
    lines = _lines(request, move, now)
    values, errors = _values(request, move)
    run = request.POST.get("step") == "run" and not errors
    if run:
        for line in lines:
            if line.ok:
                _do(line, move, values, request, now)
    maker = Maker(me(request), now, [])
    show = [] if move == "assign_first" else maker.fields(move, command_of(move).taken(), request.POST, errors)
    for field in show:
        if field.widget in ("unit", "units"):
            field.value = request.POST.getlist(field.name)
    context = {
        "lines": lines,
        "move": move,
        "label": labels[move],
        "fields": show,
        "ready": sum(line.ok for line in lines),
        "run": run,
        "next": back(request),
        "desk": desk_of(request.user),
    }
    status = 422 if errors and request.POST.get("step") == "run" else 200
    return render(request, "desks/bulk.html", context, status=status)


def _values(request: HttpRequest, move: str) -> tuple[dict[str, Any], Any]:
    """The move's input, once it is sent with the run; nothing is asked of the preview."""
    if request.POST.get("step") != "run" or move == "assign_first":
        return {}, {}
    taken = command_of(move).taken()
    form = taken(data=read(taken, request.POST), context={"request": request})
    try:
        form.is_valid(raise_exception=True)
    except ValidationError as error:
        return {}, error.detail
    return dict(form.validated_data), {}


def _lines(request: HttpRequest, move: str, now: datetime) -> list[Line]:
    """The chosen petitions that this user may read, in the order chosen; `row` is `reference:version`."""
    chosen: dict[str, int] = {}
    for row in request.POST.getlist("row")[:MOST]:
        reference, _colon, version = row.partition(":")
        chosen[reference] = int(version) if version.isdigit() and len(version) < 19 else 0
    found = shown(filtered(me(request), {})[0]).filter(reference__in=list(chosen))
    by_reference = {petition.reference: petition for petition in found}
    give(list(by_reference.values()))
    give_views(by_reference.values())
    here = [by_reference[reference] for reference in chosen if reference in by_reference]
    orders = _orders(request, here) if move == "urge" else {}
    lines = [_line(petition, chosen[petition.reference], move, request, now, orders) for petition in here]
    if move == "publish" and request.POST.get("step") != "run":
        _say_whose(lines)
    return lines


def _say_whose(lines: list[Line]) -> None:
    """Whose texts they are that would be published: one person may do both, and should know it. One SELECT."""
    proposals = last_proposals([line.petition.pk for line in lines if line.ok])
    for line in lines:
        if entry := proposals.get(line.petition.pk):
            at = date_format(localtime(entry.at), "DATETIME_FORMAT")
            line.words = f"{_('Public text proposed by:')} {entry.actor} · {entry.get_actor_kind_display()} · {at}"


def _orders(request: HttpRequest, petitions: list[Petition]) -> dict[int, WorkOrder]:
    """The open leading order of each, in one SELECT."""
    wanted = [petition.pk for petition in petitions]
    found = visible_orders(me(request)).filter(matter_type=MATTER, matter_id__in=wanted, state__in=OPEN)
    found = found.exclude(kind=OrderKind.CO)
    return {order.matter_id: order for order in found.order_by("-id")}


def _line(
    petition: Petition, version: int, move: str, request: HttpRequest, now: datetime, orders: dict[int, WorkOrder]
) -> Line:
    line = Line(petition, version, False, "")
    open_to_me = {name for name, _label in petition_moves(petition, me(request))}
    if move == "urge":
        line.order = orders.get(petition.pk)
        line.ok = line.order is not None
        line.words = (
            choices.department_label(line.order.department.code)
            if line.order
            else _("Not with a unit: there is nobody to urge.")
        )
    elif move == "assign_first":
        first = first_candidate(petition, now)
        line.ok = "assign" in open_to_me and first is not None
        if line.ok and first:
            line.unit, line.words = first["unit"], choices.department_label(first["unit"].code)
        else:
            line.words = _refused(petition) if first else _("The router has no candidate.")
    else:
        line.ok = move in open_to_me
        line.words = "" if line.ok else _refused(petition)
    return line


def _refused(petition: Petition) -> str:
    return _("Not possible now: it is “%(state)s”.") % {"state": petition.get_state_display()}


def _do(line: Line, move: str, values: dict[str, Any], request: HttpRequest, now: datetime) -> None:
    """Make the move on one row, in a transaction of its own; one that is refused stops no other."""
    act: Callable[..., Any] = actions.make_move
    try:
        if move == "assign_first":
            actions.assign_first(petition=line.petition, unit=line.unit, version=line.version, by=me(request), now=now)
        else:
            act(
                petition=line.petition,
                command=command_of(move),
                subject=line.order or line.petition,
                values=values,
                version=line.version,
                by=me(request),
                now=now,
            )
    except Refused as refusal:
        line.ok, line.words = False, str(refusal)
    else:
        line.words = line.words or _("Done.")
