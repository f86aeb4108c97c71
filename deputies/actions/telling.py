"""Working off the outbox of duty files: each entry's messages once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from deputies.actions.appeals import RECORD
from deputies.audience import messages_for
from deputies.models import DutyEntry, DutyRecord
from deputies.models.filing import MATTER
from journal.models import Outbox
from notifications.actions import enqueue

logger = logging.getLogger(__name__)
PAUSE, MOST_DOUBLINGS = timedelta(minutes=1), 8


@transaction.atomic
def tell(*, now: datetime, limit: int = 200) -> int:
    """Turn up to `limit` outbox rows into deliveries and delete them; return how many were taken in hand."""
    rows = Outbox.objects.filter(matter_type__in=[MATTER, RECORD]).exclude(next_attempt_at__gt=now)
    taken = list(rows.select_related("entry").select_for_update(of=("self",), skip_locked=True).order_by("pk")[:limit])
    done = [row.pk for row in taken if _work_off(row, now)]
    Outbox.objects.filter(pk__in=done).delete()
    return len(taken)


def _work_off(row: Outbox, now: datetime) -> bool:
    try:
        with transaction.atomic():
            about: DutyEntry | DutyRecord
            if row.matter_type == MATTER:
                about = DutyEntry.objects.select_related("deputy__area", "deputy__user").get(pk=row.entry.matter_id)
                title = about.title
            else:
                about = DutyRecord.objects.select_related("deputy__area", "deputy__user").get(pk=row.entry.matter_id)
                title = ""
            enqueue(messages=list(messages_for(row.entry, about.deputy, title)), now=now)
    except Exception as error:  # one poisoned entry must not silence the others
        row.attempts += 1
        row.error = type(error).__name__[:200]
        row.next_attempt_at = now + PAUSE * 2 ** min(row.attempts - 1, MOST_DOUBLINGS)
        row.save(update_fields=["attempts", "error", "next_attempt_at"])
        logger.error("outbox: entry %s put aside: %s", row.pk, row.error)
        return False
    return True
