"""Opening an order, and what its unit does with it before answering."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from directory import queries
from directory.calendar import WorkingCalendar, local_day
from directory.models import Area, Department, Membership, ServiceLevel
from dispatch.access import PORTAL, Actor
from dispatch.actions.step import CannotMove, begin, require_text, wind
from dispatch.lifecycle import OrderState
from dispatch.models import OrderKind, WorkOrder
from journal.models import Visibility
from journal.refusals import Refused


class CannotUrge(Refused):
    """Urged too often or too soon."""


URGE_PAUSE = timedelta(hours=24)  # a second urging within a day is noise, not pressure


def open_order(
    *,
    matter_type: str,
    matter_id: int,
    reference: str,
    title: str,
    area: Area,
    department: Department,
    kind: str,
    service: str,
    urgency: str,
    statutory_due_at: datetime | None,
    now: datetime,
    round: int = 1,
) -> WorkOrder:
    """Create and return one unit's order with its limits. The caller journals the assignment itself.

    From the second round on (rework) the unit has the matter already: the order is signed for and final.
    Raises CannotMove when the unit is not in force.
    """
    if not department.is_in_force(local_day(now)):
        raise CannotMove(_("%(unit)s no longer exists: choose the unit that took over.") % {"unit": department.label})
    level, calendar = queries.service_level(service, urgency), queries.calendar()
    again = round > 1
    order = WorkOrder(
        matter_type=matter_type,
        matter_id=matter_id,
        reference=reference,
        title=title[:120],
        area=area,
        department=department,
        kind=kind,
        round=round,
        state=OrderState.SIGNED if again else OrderState.ASSIGNED,
        service=service,
        urgency=urgency,
        is_final=again,
        assigned_at=now,
        sign_due_at=sign_due(level, calendar, now),
        signed_at=now if again else None,
        contact_due_at=now + timedelta(hours=level.contact_hours) if kind != OrderKind.CO else None,
        return_until=calendar.add_working_days(now, level.return_wd),
        internal_due_at=calendar.add_working_days(now, level.rework_wd if again else level.reply_wd),
        statutory_due_at=statutory_due_at,
    )
    wind(order)
    order.save()
    return order


def sign_due(level: ServiceLevel, calendar: WorkingCalendar, start: datetime) -> datetime:
    """Return by when a unit signs for an order opened at `start` (exclusive). DOMAIN.md: 1 wd, urgent 2 h."""
    if level.sign_hours is not None:
        return start + timedelta(hours=level.sign_hours)
    return calendar.add_working_days(start, level.sign_wd or 1)


@transaction.atomic(savepoint=False)
def sign(*, order: WorkOrder, actor: Actor, now: datetime, matter_move: tuple[str, str] = ("", "")) -> WorkOrder:
    """The unit takes the order on (签收). Whoever signs becomes its handler unless one is named."""
    step = begin(order, "sign", actor=actor, now=now)
    step.order.signed_at = now
    if step.order.handler_id is None:
        step.order.handler = actor.user
    return step.finish(fields=["state", "signed_at", "handler"], matter_move=matter_move)


@transaction.atomic(savepoint=False)
def hand_to(*, order: WorkOrder, handler: User, actor: Actor, now: datetime) -> WorkOrder:
    """Give the order to a member of the same unit. Raises CannotMove for anybody else."""
    step = begin(order, "hand_to", actor=actor, now=now)
    if not Membership.objects.filter(user=handler, department=step.order.department).exists():
        raise CannotMove(_("%(name)s is not a member of this unit.") % {"name": handler}, field="handler")
    step.order.handler = handler
    return step.finish(fields=["handler"], visibility=Visibility.STAFF)


@transaction.atomic(savepoint=False)
def contact(*, order: WorkOrder, note: str, actor: Actor, now: datetime) -> WorkOrder:
    """Record that the unit has spoken with the resident (within 24 h, DOMAIN.md). The first time counts."""
    step = begin(order, "contact", actor=actor, now=now)
    step.order.contacted_at = step.order.contacted_at or now
    return step.finish(fields=["contacted_at"], note=note.strip())


@transaction.atomic(savepoint=False)
def urged_lately(order: WorkOrder, now: datetime) -> str:
    """Return why it cannot be urged again yet, or nothing: for the action, and for a list that says it beforehand."""
    if order.urged_at and now < order.urged_at + URGE_PAUSE:
        return _("The unit was urged less than 24 hours ago. Please give it the day.")
    return ""


def urge(*, order: WorkOrder, note: str, actor: Actor, now: datetime, data: dict[str, Any] | None = None) -> WorkOrder:
    """Press the unit (催办); `data` goes with the journal entry. Raises CannotUrge within 24 hours of the last time."""
    step = begin(order, "urge", actor=actor, now=now)
    if why := urged_lately(step.order, now):
        raise CannotUrge(why)
    step.order.urged_at = now
    step.order.urged_count += 1
    words = require_text(note, field="note", error=CannotUrge)
    return step.finish(fields=["urged_at", "urged_count"], note=words, data=data)


@transaction.atomic(savepoint=False)
def cancel(*, order: WorkOrder, now: datetime, reason: str, actor: Actor = PORTAL) -> WorkOrder:
    """Close an open order because its matter went elsewhere; `reason` is a code such as "withdrawn".

    The unit's open request falls with it.
    """
    step = begin(order, "cancel", actor=PORTAL, now=now)
    step.order.closed_at = now
    drop_requests(step.order, now)
    step.actor, step.capacity = actor, min(actor.capacities, default=step.capacity)
    return step.finish(
        fields=["state", "closed_at"],
        action="order_cancelled",
        data={"reason": reason},
        visibility=Visibility.STAFF,
    )


@transaction.atomic(savepoint=False)
def take_up(*, order: WorkOrder, state: str, asked: Sequence[int], actor: Actor, now: datetime) -> WorkOrder:
    """Open a cancelled order again as it was, its limits and its unit’s open request included: it was a slip.

    `state` and `asked` (the requests that fell with it) are what the canceller kept.
    """
    step = begin(order, "take_up", actor=PORTAL, now=now)
    step.order.state, step.order.closed_at = OrderState(state).value, None
    step.order.requests.filter(pk__in=asked, state="cleared").update(state="open", ruled_at=None)
    step.actor, step.capacity = actor, min(actor.capacities, default=step.capacity)
    return step.finish(fields=["state", "closed_at"], visibility=Visibility.STAFF)


def drop_requests(order: WorkOrder, now: datetime) -> None:
    """Close whatever the unit still asks for about an order that is ending. Not a ruling: nobody ruled."""
    order.requests.filter(state="open").update(state="cleared", ruled_at=now)
