"""Working off the outbox of stations: what happened to appointments is told, the rest concerns nobody by message."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from journal.models import Outbox
from notifications.actions import enqueue
from stations.actions.appointments import MATTER
from stations.audience import messages_for
from stations.models.appointments import Appointment

logger = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
# Their rows lie in the outbox like all others; of them nobody is told by message.
SILENT = ("visit",)


@transaction.atomic
def tell(*, now: datetime, limit: int = 200) -> int:
    """Turn up to `limit` outbox rows into deliveries and delete them; return how many were taken in hand.

    Rows locked by another worker are skipped; a row that fails waits and does not stop the others.
    """
    rows = Outbox.objects.filter(matter_type__in=[MATTER, *SILENT]).exclude(next_attempt_at__gt=now)
    taken = list(rows.select_related("entry").select_for_update(of=("self",), skip_locked=True).order_by("pk")[:limit])
    about = {row.entry.matter_id for row in taken if row.matter_type == MATTER}
    found = Appointment.objects.select_related("contact", "station__officer", "station__head", "deputy__user")
    appointments = found.in_bulk(about)
    done = [row.pk for row in taken if row.matter_type != MATTER or _work_off(row, appointments, now)]
    Outbox.objects.filter(pk__in=done).delete()
    return len(taken)


def _work_off(row: Outbox, appointments: dict[int, Appointment], now: datetime) -> bool:
    try:
        with transaction.atomic():
            appointment = appointments[row.entry.matter_id]
            enqueue(messages=messages_for(row.entry, appointment, site=settings.SITE_URL), now=now)
    except Exception as error:  # one poisoned entry must not silence the others
        row.attempts += 1
        row.error = type(error).__name__[:200]
        row.next_attempt_at = now + min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 10), LONGEST_PAUSE)
        row.save(update_fields=["attempts", "error", "next_attempt_at"])
        logger.error("outbox: entry %s put aside: %s", row.pk, row.error)
        return False
    return True
