"""Working off the outbox of stations: appointments and receptions are told; the rest concerns nobody by message."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from journal.models import Outbox
from notifications.actions import Message, enqueue
from stations.actions.appointments import MATTER
from stations.audience import messages_for
from stations.lifecycle import DAY_MATTER, STATION_MATTER
from stations.lifecycle import MATTER as RECEPTION
from stations.models import Appointment, Reception
from stations.reception_audience import reception_messages

logger = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
# Their rows lie in the outbox like all others; of them nobody is told by message.
SILENT = ("visit", DAY_MATTER, STATION_MATTER)


@transaction.atomic
def tell(*, now: datetime, limit: int = 200) -> int:
    """Turn up to `limit` outbox rows into deliveries and delete them; return how many were taken in hand.

    Rows locked by another worker are skipped; a row that fails waits and does not stop the others.
    """
    rows = Outbox.objects.filter(matter_type__in=[MATTER, RECEPTION, *SILENT]).exclude(next_attempt_at__gt=now)
    taken = list(rows.select_related("entry").select_for_update(of=("self",), skip_locked=True).order_by("pk")[:limit])
    told = {MATTER: _appointments(taken), RECEPTION: _receptions(taken)}
    done = [row.pk for row in taken if row.matter_type in SILENT or _work_off(row, told[row.matter_type], now)]
    Outbox.objects.filter(pk__in=done).delete()
    return len(taken)


def _about(rows: Sequence[Outbox], matter: str) -> set[int]:
    return {row.entry.matter_id for row in rows if row.matter_type == matter}


def _appointments(rows: Sequence[Outbox]) -> dict[int, Any]:
    found = Appointment.objects.select_related("contact", "station__officer", "station__head", "deputy__user")
    return found.in_bulk(_about(rows, MATTER))


def _receptions(rows: Sequence[Outbox]) -> dict[int, Any]:
    found = Reception.objects.select_related("station").prefetch_related("duties__deputy__user")
    return found.in_bulk(_about(rows, RECEPTION))


def _messages(row: Outbox, matter: Any) -> Sequence[Message]:
    tell_of = reception_messages if row.matter_type == RECEPTION else messages_for
    return tell_of(row.entry, matter, site=settings.SITE_URL)


def _work_off(row: Outbox, matters: dict[int, Any], now: datetime) -> bool:
    try:
        with transaction.atomic():
            enqueue(messages=_messages(row, matters[row.entry.matter_id]), now=now)
    except Exception as error:  # one poisoned entry must not silence the others
        row.attempts += 1
        row.error = type(error).__name__[:200]
        row.next_attempt_at = now + min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 10), LONGEST_PAUSE)
        row.save(update_fields=["attempts", "error", "next_attempt_at"])
        logger.error("outbox: entry %s put aside: %s", row.pk, row.error)
        return False
    return True
