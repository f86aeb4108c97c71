"""The clock of work orders."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from dispatch.actions import give_alerts
from dispatch.models import WorkOrder

BATCH = 500


@shared_task(name="dispatch.tasks.sweep_clock", ignore_result=True)
def sweep_clock() -> int:
    """Give every alert that is due; return how many. Safe to run twice at once: rows are skipped when locked."""
    given = 0
    now = timezone.now()
    while batch := _sweep_batch(now):
        given += batch[1]
    return given


@transaction.atomic
def _sweep_batch(now: datetime) -> tuple[int, int] | None:
    """Handle one batch; return (rows, alerts), or None when nothing is due."""
    orders = list(
        WorkOrder.objects.due(now)
        .select_related("department")
        .prefetch_related("requests")
        .select_for_update(of=("self",), skip_locked=True)[:BATCH]
    )
    if not orders:
        return None
    sweep = give_alerts(orders, now)
    return sweep.seen, sweep.given
