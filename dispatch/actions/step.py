"""What every verb on a work order has in common: lock and check first, save, wind and record last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from common.prepared import Prepared, update
from directory import queries
from directory.models import ServiceLevel
from dispatch.access import Actor
from dispatch.clock import Alert, next_at, order_alerts
from dispatch.lifecycle import MOVES, OrderState
from dispatch.models import OrderKind, Request, RequestKind, RequestState, WorkOrder
from dispatch.queries import requests_of
from journal import actions as journal
from journal.models import Visibility
from journal.refusals import Refused

LOCK = Prepared(lambda pk: WorkOrder.objects.select_for_update(of=("self",)).filter(pk=pk), int)


class CannotMove(Refused):
    """The order's state, or the actor's capacity, does not allow this move."""


class NotYours(CannotMove):
    """The actor may read the order but not make this move."""

    status = 403


@dataclass
class Step:
    """One move under way: the locked order, who makes it and in which capacity."""

    order: WorkOrder
    move: str
    actor: Actor
    capacity: str
    now: datetime

    @property
    def person(self) -> User:
        """Who makes the move, where only people do. Raises CannotMove for the portal itself."""
        if self.actor.user is None:
            raise CannotMove(_("Only a person can do this."))
        return self.actor.user

    def finish(
        self,
        *,
        fields: list[str],
        note: str = "",
        data: dict[str, Any] | None = None,
        visibility: str = Visibility.PETITIONER,
        matter_move: tuple[str, str] = ("", ""),
        action: str = "",
    ) -> WorkOrder:
        """Save `fields`, wind the clock, write the journal; return the order."""
        order = self.order
        wind(order)
        update(order, [*fields, "alert_at"])
        journal.write(
            matter_type=order.matter_type,
            matter_id=order.matter_id,
            action=action or self.move,
            at=self.now,
            actor=self.actor.user,
            actor_kind=self.capacity,
            note=note,
            from_state=matter_move[0],
            to_state=matter_move[1],
            data={"order": order.pk, "unit": order.department.code, "kind": order.kind, **(data or {})},
            visibility=visibility,
        )
        return order


def begin(order: WorkOrder, move: str, *, actor: Actor, now: datetime) -> Step:
    """Lock the order and check that `move` is open to `actor`; must run inside a transaction.

    Raises CannotMove with a sentence that says why.
    """
    locked = LOCK.get(order.pk)
    rule = MOVES[move]
    if locked.state not in rule.sources:
        raise CannotMove(
            _("“%(move)s” is not possible now: the work order is “%(state)s”.")
            % {"move": rule.label, "state": locked.get_state_display()}
        )
    capacity = actor.capacity(rule.who)
    if capacity is None:
        raise NotYours(_("“%(move)s” is not yours to do on this work order.") % {"move": rule.label})
    if rule.leads and locked.kind == OrderKind.CO:
        raise CannotMove(
            _("“%(move)s” is for the unit that leads: a co-unit gives that unit its opinion.") % {"move": rule.label}
        )
    if rule.target:
        locked.state = rule.target
    return Step(locked, move, actor, capacity, now)


def level_of(order: WorkOrder) -> ServiceLevel:
    """Return the limits that hold for the order."""
    return queries.service_level(order.service, order.urgency)


def wind(order: WorkOrder) -> None:
    """Set when the clock must look at the order next. Does not save."""
    order.alert_at = next_at(alerts_of(order), order)


def alerts_of(order: WorkOrder) -> list[Alert]:
    """Return the order's alerts under the limits in force; one SELECT for its request when it is open."""
    if not order.is_open:
        return []
    return order_alerts(order, level=level_of(order), calendar=queries.calendar(), request=awaited_request(order))


def awaited_request(order: WorkOrder) -> Request | None:
    """Return the request whose date the clock must watch: the open one, or the granted ledger entry."""
    if order.pk is None or order.state == OrderState.ASSIGNED:
        return None
    wanted = RequestState.GRANTED if order.state == OrderState.PENDING_LEDGER else RequestState.OPEN
    # In Python, so that the sweep's prefetch serves a whole batch.
    return next(
        (r for r in sorted(requests_of(order), key=lambda r: -r.pk) if r.state == wanted and _watched(order, r)),
        None,
    )


def _watched(order: WorkOrder, request: Request) -> bool:
    return order.state != OrderState.PENDING_LEDGER or request.kind == RequestKind.LEDGER


def require_text(text: str, *, field: str, error: type[Refused] = CannotMove) -> str:
    """Return `text` without surrounding blanks; raise `error` when nothing is left."""
    stripped = text.strip()
    if not stripped:
        raise error(_("Please give the reason: it goes on the record."), field=field)
    return stripped
