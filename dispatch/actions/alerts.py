"""Giving the alerts of a batch of due orders: what the clock's sweep writes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from common.prepared import update_all
from dispatch.actions.step import alerts_of
from dispatch.clock import Alert, HasClock, fired, next_at
from dispatch.models import Clocked, WorkOrder
from journal.actions import write_many
from journal.models import ActorKind, Entry, Visibility

logger = logging.getLogger(__name__)
C = TypeVar("C", bound=Clocked)

BACK_OFF = timedelta(minutes=5)
LONGEST_BACK_OFF = timedelta(hours=12)


@dataclass
class Sweep:
    """What one pass of the clock did: rows looked at, alerts given, rows that failed and were put aside."""

    seen: int = 0
    given: int = 0
    failed: int = 0
    entries: list[Entry] = field(default_factory=list)


def put_aside(row: Clocked, error: Exception, now: datetime) -> None:
    """Back off from a row that cannot be handled, so that it does not stop the others; staff see why."""
    row.alert_failures = min(row.alert_failures + 1, 100)
    row.alert_error = type(error).__name__[:200]
    row.alert_at = now + min(BACK_OFF * 2 ** min(row.alert_failures - 1, 10), LONGEST_BACK_OFF)
    logger.error("clock: %s %s put aside: %s", type(row).__name__, row.pk, row.alert_error)


def collect(
    row: C, now: datetime, *, alerts: Callable[[C], Sequence[Alert]], entry: Callable[[C, Alert], Entry]
) -> list[Entry]:
    """Mark the row's due alerts as given, wind it, and return their journal entries. Saves nothing."""
    schedule = alerts(row)
    due = fired(schedule, row, now)
    row.alerts_given = [*row.alerts_given, *(alert.key for alert in due)]
    row.alert_at = next_at(schedule, row)
    row.alert_failures, row.alert_error = 0, ""
    return [entry(row, alert) for alert in due]


def give_alerts(orders: Sequence[WorkOrder], now: datetime) -> Sweep:
    """Give every alert that the locked `orders` owe by `now`; two statements however many they are."""
    sweep = Sweep(seen=len(orders))
    for order in orders:
        try:
            sweep.entries += collect(order, now, alerts=alerts_of, entry=lambda o, a: order_entry(o, a, now))
            order.escalation = max(order.escalation, highest(order))
        except Exception as error:  # a poisoned row must not stop the clock of the others
            put_aside(order, error, now)
            sweep.failed += 1
    update_all(orders, ["alert_at", "alerts_given", "alert_failures", "alert_error", "escalation"])
    write_many(sweep.entries)
    sweep.given = len(sweep.entries)
    return sweep


def highest(clock: HasClock) -> int:
    """Return the highest escalation level among the alerts given so far."""
    return max((int(key.split(":")[1]) for key in clock.alerts_given), default=0)


def order_entry(order: WorkOrder, alert: Alert, now: datetime) -> Entry:
    """The journal entry of one alert: recorded when it is given, with the time it was due."""
    return Entry(
        matter_type=order.matter_type,
        matter_id=order.matter_id,
        action=alert.code,
        at=now,
        actor_kind=ActorKind.SYSTEM,
        data={
            "order": order.pk,
            "unit": order.department.code,
            "kind": order.kind,
            "level": alert.level,
            "due_at": alert.at.isoformat(),
        },
        visibility=Visibility.STAFF,
    )
