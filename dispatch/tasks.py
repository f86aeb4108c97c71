"""The clock of work orders."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from dispatch.actions import give_alerts
from dispatch.models import WorkOrder
from journal.actions import reserve

BATCH = 500


@shared_task(name="dispatch.tasks.sweep_clock", ignore_result=True)
def sweep_clock() -> int:
    """Give every alert that is due; return how many. Safe to run twice at once: rows are skipped when locked."""
    given, busy = 0, set[int]()
    now = timezone.now()
    while (batch := _sweep_batch(now, busy)) is not None:
        given += batch
    return given


@transaction.atomic
def _sweep_batch(now: datetime, busy: set[int]) -> int | None:
    """Handle one batch and return how many alerts it gave; None when nothing is due.

    An order whose matter somebody is just working on goes into `busy` and is left to the next sweep.
    """
    orders = list(
        WorkOrder.objects.due(now)
        .exclude(pk__in=busy)
        .select_related("department")
        .prefetch_related("requests")
        .select_for_update(of=("self",), skip_locked=True)[:BATCH]
    )
    if not orders:
        return None
    free = reserve({(order.matter_type, order.matter_id) for order in orders})
    ready = [order for order in orders if (order.matter_type, order.matter_id) in free]
    busy.update({order.pk for order in orders} - {order.pk for order in ready})
    return give_alerts(ready, now).given
