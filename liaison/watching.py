"""What staff and machines must know of the portal's running: how much waits, how long, what failed.

Read-only, a handful of statements, none of which counts a whole table: a count stops at `MANY`.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min, Q, QuerySet

from dispatch import versions
from dispatch.lifecycle import OrderState
from dispatch.models import WorkOrder
from journal.models import Outbox
from liaison.celery import QUEUES, app
from liaison.health import failures
from liaison.models import Heartbeat
from notifications.models import Delivery
from notifications.models import State as DeliveryState
from petitions.models import Petition

log = logging.getLogger(__name__)
MANY = 10_000
LATELY = timedelta(hours=1)
SHOWN = 20  # rows named where something is stuck
BROKER_TIMEOUT = 2  # seconds


@dataclass(frozen=True)
class Facts:
    """The figures at one instant. `queues` is None while the broker cannot be asked."""

    now: datetime
    queues: dict[str, int] | None
    beats: dict[str, datetime]
    journal_waiting: int
    journal_oldest: datetime | None
    journal_failing: int
    unrouted: int
    unrouted_oldest: datetime | None
    routing_seconds: list[float]
    overdue: int
    put_aside: dict[str, int]
    deliveries: dict[str, int]
    delivery_faults: dict[str, int]  # why messages that still wait could not be sent so far
    router_version: str
    router_problem: str
    stuck: dict[str, list[Any]] = field(default_factory=dict)

    def seconds_since(self, at: datetime | None) -> float:
        """How long ago, in seconds; 0 for never."""
        return max(0.0, (self.now - at).total_seconds()) if at is not None else 0.0

    def routing_quantile(self, share: float) -> float:
        """Seconds from submission to the router's look, of the last hour; 0 where nothing came in."""
        ordered = sorted(self.routing_seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def facts(now: datetime) -> Facts:
    """Look at everything. Raises DatabaseError when the database is away; a broker away is a fact."""
    outbox = Outbox.objects.aggregate(oldest=Min("at"))
    unrouted = Petition.objects.unrouted()
    version, problem = versions.problem_on_disk()
    return Facts(
        now=now,
        queues=queue_depths(),
        beats=dict(Heartbeat.objects.filter(queue__in=QUEUES).values_list("queue", "at")),
        journal_waiting=_count(Outbox.objects.all()),
        journal_oldest=outbox["oldest"],
        journal_failing=_count(Outbox.objects.filter(attempts__gt=0)),
        unrouted=_count(unrouted),
        unrouted_oldest=unrouted.aggregate(oldest=Min("submitted_at"))["oldest"],
        routing_seconds=_routing_seconds(now),
        overdue=_count(_overdue(now)),
        put_aside={"orders": _count(_aside(WorkOrder.objects)), "petitions": _count(_aside(Petition.objects))},
        deliveries=_deliveries(),
        delivery_faults=_delivery_faults(),
        router_version=version,
        router_problem=problem,
    )


def queue_depths() -> dict[str, int] | None:
    """Messages waiting in each queue; None when the broker does not answer."""
    try:
        with app.connection_for_write(connect_timeout=BROKER_TIMEOUT) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT)
            channel: Any = broker.default_channel
            # Declaring what is there changes nothing, and every kind of broker answers with the number that waits.
            waiting: dict[str, Any] = {name: app.amqp.queues[name].bind(channel).queue_declare() for name in QUEUES}
            return {name: int(declared.message_count) for name, declared in waiting.items()}
    except failures() as error:
        log.warning("queues cannot be measured: %s", type(error).__name__)
        return None


def stuck(now: datetime) -> dict[str, list[Any]]:
    """What waits for a person, and why: rows put aside by the clock, journal rows and deliveries that fail."""
    return {
        "orders": list(
            _aside(WorkOrder.objects).order_by("alert_at").only("matter_id", "alert_error", "alert_at")[:SHOWN]
        ),
        "petitions": list(
            _aside(Petition.objects).order_by("alert_at").only("reference", "alert_error", "alert_at")[:SHOWN]
        ),
        "journal": list(Outbox.objects.filter(attempts__gt=0).order_by("pk")[:SHOWN]),
        "deliveries": [*_shown(Delivery.objects.failed()), *_shown(_troubled())][:SHOWN],
    }


def _troubled() -> QuerySet[Delivery]:
    """Messages that were tried in vain and will be tried again."""
    return Delivery.objects.filter(state__in=(DeliveryState.PENDING, DeliveryState.SENDING), error__gt="")


def _shown(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return rows.order_by("-pk").only("channel", "error", "created_at", "next_attempt_at", "state")[:SHOWN]


def _count(rows: QuerySet[Any]) -> int:
    return rows.order_by()[: MANY + 1].count()


def _overdue(now: datetime) -> QuerySet[WorkOrder]:
    late = Q(state=OrderState.ASSIGNED, sign_due_at__lt=now) | Q(state=OrderState.SIGNED, internal_due_at__lt=now)
    return WorkOrder.objects.filter(late)


def _aside(rows: Any) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.filter(alert_at__isnull=False, alert_error__gt="")
    return found


def _routing_seconds(now: datetime) -> list[float]:
    rows = Petition.objects.filter(submitted_at__gte=now - LATELY, routed_at__isnull=False)
    spans = rows.order_by("-submitted_at").annotate(span=F("routed_at") - F("submitted_at"))
    return [span.total_seconds() for span in spans.values_list("span", flat=True)[:MANY]]


def _deliveries() -> dict[str, int]:
    states = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.FAILED)
    return {str(state): _count(Delivery.objects.filter(state=state)) for state in states}


def _delivery_faults() -> dict[str, int]:
    return dict(Counter(_troubled().order_by().values_list("error", flat=True)[: MANY + 1]))
