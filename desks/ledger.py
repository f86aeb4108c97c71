"""The pending ledger in words: since when, looked at again by when, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from common.design import due_day
from dispatch.lifecycle import OrderState
from dispatch.models import Request, RequestKind, RequestState, WorkOrder
from petitions.lifecycle import MATTER


def waits_for(order: WorkOrder, asked: Iterable[Request]) -> Request | None:
    """The request that decides what an order waits for: the open one or, on the ledger, the granted one."""
    wanted = RequestState.GRANTED if order.state == OrderState.PENDING_LEDGER else RequestState.OPEN
    found = (each for each in asked if each.state == wanted and _tells(order, each))
    return max(found, key=lambda each: each.pk, default=None)


def _tells(order: WorkOrder, request: Request) -> bool:
    return order.state != OrderState.PENDING_LEDGER or request.kind == RequestKind.LEDGER


def rechecks(petitions: Collection[int]) -> dict[int, datetime]:
    """When each of these petitions that are on the ledger is to be looked at again, the nearest day; one SELECT."""
    held = Request.objects.filter(
        kind=RequestKind.LEDGER,
        state=RequestState.GRANTED,
        order__state=OrderState.PENDING_LEDGER,
        order__matter_type=MATTER,
        order__matter_id__in=petitions,
    )
    found = held.order_by("-rule_due_at").values_list("order__matter_id", "rule_due_at")
    return dict(found) if petitions else {}


def said(move: str, order: WorkOrder) -> str:
    """What a move of the ledger has brought about, with the day that counts from now on; of other moves nothing."""
    if move == "clear_ledger":
        order.refresh_from_db(fields=["internal_due_at"])
        words, day = _("Off the pending ledger: the unit replies by %(day)s."), order.internal_due_at
    elif move in ("propose_ledger", "grant_ledger", "recheck_ledger"):
        words = {
            "propose_ledger": _("Proposed for the pending ledger: the supervisor rules by %(day)s."),
            "grant_ledger": _("On the pending ledger now, to be looked at again by %(day)s."),
            "recheck_ledger": _("It stays on the pending ledger, to be looked at again by %(day)s."),
        }[move]
        day = order.requests.filter(kind=RequestKind.LEDGER).latest("id").rule_due_at
    else:
        return ""
    return words % {"day": due_day(day)}
