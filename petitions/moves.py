"""The moves open to somebody right now: what pages and the API offer, from the same tables that actions check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from accounts.models import User
from dispatch import lifecycle as orders
from dispatch.models import OrderKind, Request, RequestKind, RequestState, WorkOrder
from petitions import lifecycle
from petitions.access import By, Scope, resolve, scope_of
from petitions.actions.merging import may_unmerge
from petitions.lifecycle import BY_ORDER_OR_CLOCK, Exclusion, Publication
from petitions.models import Petition


class Offer(NamedTuple):
    """A move somebody may make: its name, and its label in the language now active."""

    name: str
    label: str


def petition_moves(petition: Petition, by: By) -> list[Offer]:
    """Return the moves on a petition that `by` may make now. No SQL beyond the user's scope."""
    capacities = resolve(by, petition).capacities
    return [
        Offer(move.name, str(move.label))
        for move in lifecycle.MOVES.values()
        if move.name not in BY_ORDER_OR_CLOCK and _is_open(move, petition, by, capacities)
    ]


def may_move(petition: Petition, by: By, name: str) -> bool:
    """Whether this one move is among those that `petition_moves` would offer; for lists of many petitions."""
    move = lifecycle.MOVES[name]
    # The state is asked first: it costs nothing, and rules most rows out.
    return petition.state in move.sources and _is_open(move, petition, by, resolve(by, petition).capacities)


def _is_open(move: lifecycle.Move, petition: Petition, by: By, capacities: frozenset[str]) -> bool:
    return bool(
        petition.state in move.sources
        and capacities & move.who
        and (move.restricted or not petition.restricted)
        and _makes_sense(petition, move.name)
        and _of_this_person(petition, by, move.name)
    )


def _of_this_person(petition: Petition, by: By, move: str) -> bool:
    """Who claimed a matter may leave it, who is named on it may convert it; nobody grants the own exclusion.

    Other moves are any following deputy's, any supervisor's.
    """
    if move == "grant_exclusion":
        return isinstance(by, User) and petition.exclusion_by_id != by.pk
    scope = scope_of(by) if isinstance(by, User) else Scope()
    if move == "unclaim":
        return petition.pk in scope.claims
    return move != "convert" or (scope.deputy is not None and petition.deputy_id == scope.deputy)


def _makes_sense(petition: Petition, move: str) -> bool:
    """The preconditions beside the state, so that nobody is offered what will be refused."""
    proposed = petition.decline_proposed_at is not None
    return {
        "refuse_decline": proposed,
        "propose_decline": not proposed,
        "unmerge": may_unmerge(petition, timezone.now()),
        "release": petition.restricted,
        "restrict": not petition.restricted,
        "supervise": petition.supervised_at is None,
        "ask_supervision": petition.supervised_at is None and petition.supervision_asked_at is None,
        "conclude": petition.supervised_at is not None,
        "propose_exclusion": petition.exclusion == Exclusion.COUNTED,
        "grant_exclusion": petition.exclusion == Exclusion.PROPOSED,
        "refuse_exclusion": petition.exclusion == Exclusion.PROPOSED,
        "count_again": petition.exclusion == Exclusion.EXCLUDED,
        "propose_publication": petition.publication != Publication.PRIVATE,
        "publish": petition.publication == Publication.PROPOSED,
        "refuse_publication": petition.publication not in (Publication.PRIVATE, Publication.REFUSED),
        "withdraw_publication": petition.publication != Publication.PRIVATE,
    }.get(move, True)


def order_moves(
    order: WorkOrder, petition: Petition, by: By, now: datetime, requests: Sequence[Request]
) -> list[Offer]:
    """Return the moves on a work order that `by` may make now. `requests` are the order's own."""
    capacities = resolve(by, petition, order).capacities
    return [
        Offer(move.name, str(move.label))
        for move in orders.MOVES.values()
        if order.state in move.sources
        and capacities & move.who
        and not petition.restricted
        and not (move.leads and order.kind == OrderKind.CO)
        and _order_makes_sense(order, move.name, now, requests)
    ]


def _order_makes_sense(order: WorkOrder, move: str, now: datetime, requests: Sequence[Request]) -> bool:
    waiting = {request.kind for request in requests if request.state == RequestState.OPEN}
    asked = {request.kind for request in requests}
    if move.startswith(("grant_", "refuse_")):
        return move.partition("_")[2] in waiting
    return {
        "request_return": not order.is_final
        and RequestKind.RETURN not in asked
        and now < order.return_until
        and not waiting,
        "request_extension": RequestKind.EXTENSION not in asked and now < order.internal_due_at and not waiting,
        "propose_ledger": not waiting,
        "reply": not waiting,
        "draft_reply": not waiting,
    }.get(move, True)
