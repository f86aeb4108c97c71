"""When the clock must speak about a work order. Pure: facts, a service level and a calendar in, alerts out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from directory.calendar import WorkingCalendar
from directory.models import ServiceLevel
from dispatch.lifecycle import OrderState
from dispatch.models import Request, WorkOrder


@dataclass(frozen=True, order=True)
class Alert:
    """At this instant, this is to be said. `level` counts escalation: 1 unit head, 2 dispatcher, 3 supervisor."""

    at: datetime
    code: str
    level: int = 0

    @property
    def key(self) -> str:
        """What tells this alert from every other of its row: a limit that was moved makes a new one."""
        return f"{self.code}:{self.level}:{int(self.at.timestamp())}"


class HasClock(Protocol):
    """A row that remembers which alerts it has given (dispatch.models.Clocked)."""

    alerts_given: list[str]


def order_alerts(
    order: WorkOrder, *, level: ServiceLevel, calendar: WorkingCalendar, request: Request | None = None
) -> list[Alert]:
    """Return every alert an order will give if nothing more happens to it, the earliest first.

    `request` is the open request of the unit or, on the pending ledger, the granted one (its `rule_due_at`
    is then the next recheck). Source of the limits: DOMAIN.md "Work order"; their values: `ServiceLevel`.
    """
    alerts: list[Alert] = []
    if order.state == OrderState.ASSIGNED:
        alerts = escalating("sign_overdue", order.sign_due_at, level, calendar)
    elif order.state == OrderState.SIGNED:
        remind_at = order.internal_due_at - timedelta(hours=level.reminder_hours)
        alerts = [Alert(max(remind_at, order.assigned_at), "due_soon")]
        alerts += escalating("overdue", order.internal_due_at, level, calendar)
        if order.statutory_due_at:
            alerts.append(Alert(order.statutory_due_at, "statutory_overdue", 3))
    if order.state in (OrderState.ASSIGNED, OrderState.SIGNED) and order.contact_due_at and not order.contacted_at:
        alerts.append(Alert(order.contact_due_at, "contact_overdue", 1))
    if request is not None:
        code = "recheck_due" if order.state == OrderState.PENDING_LEDGER else "ruling_overdue"
        alerts.append(Alert(request.rule_due_at, code, 3 if code == "recheck_due" else 2))
    return sorted(alerts)


def escalating(code: str, due: datetime, level: ServiceLevel, calendar: WorkingCalendar) -> list[Alert]:
    """One alert a step, a level higher each; a step of 0 working days is the moment it is due."""
    steps = level.escalation_wd or [0]
    return [Alert(later(due, days, calendar), code, rung) for rung, days in enumerate(steps, 1)]


def later(due: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """Return the limit `days` working days after another one. A limit is exclusive: midnight ends the day before."""
    return calendar.add_working_days(due - timedelta(microseconds=1), days) if days else due


def fired(alerts: Sequence[Alert], clock: HasClock, now: datetime) -> list[Alert]:
    """Return the alerts due by `now` that have not been given yet, so that an outage is caught up in order."""
    return [alert for alert in alerts if alert.at <= now and alert.key not in clock.alerts_given]


def next_at(alerts: Sequence[Alert], clock: HasClock) -> datetime | None:
    """Return when the clock must look again: the first alert not given yet, or None."""
    return min((alert.at for alert in alerts if alert.key not in clock.alerts_given), default=None)
