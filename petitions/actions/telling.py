"""Working off the outbox: what a petition's journal entries cause is put into deliveries, each entry once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from journal.models import Outbox
from notifications.actions import enqueue
from petitions.audience import messages_for
from petitions.following import messages_to_followers
from petitions.lifecycle import MATTER
from petitions.models import Petition

logger = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)


@transaction.atomic
def tell(*, now: datetime, petition_id: int | None = None, limit: int = 100) -> int:
    """Turn up to `limit` outbox rows into deliveries and delete them; return how many were taken in hand.

    Rows locked by another worker are skipped; a row that fails waits and does not stop the others. Deliveries
    are unique by event, person and channel, so that a row worked off twice tells nobody twice.
    """
    rows = Outbox.objects.filter(matter_type=MATTER).exclude(next_attempt_at__gt=now)
    if petition_id is not None:
        rows = rows.filter(entry__matter_id=petition_id)
    taken = list(rows.select_related("entry").select_for_update(of=("self",), skip_locked=True).order_by("pk")[:limit])
    petitions = _petitions(row.entry.matter_id for row in taken)
    done = [row.pk for row in taken if _work_off(row, petitions, now)]
    Outbox.objects.filter(pk__in=done).delete()
    return len(taken)


def _petitions(ids: Iterable[int]) -> dict[int, Petition]:
    related = ("contact", "area", "station__officer", "station__head", "lead_unit", "deputy__user")
    found = Petition.objects.select_related(*related).prefetch_related("claims__deputy__user")
    return found.defer("search", "text").in_bulk(list(ids))


def _work_off(row: Outbox, petitions: Mapping[int, Petition], now: datetime) -> bool:
    try:
        with transaction.atomic():
            petition = petitions[row.entry.matter_id]
            messages = messages_for(row.entry, petition, site=settings.SITE_URL)
            messages += messages_to_followers(row.entry, petition, site=settings.SITE_URL)
            enqueue(messages=messages, now=now)
    except Exception as error:  # one poisoned entry must not silence the others
        row.attempts += 1
        row.error = type(error).__name__[:200]
        row.next_attempt_at = now + min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 10), LONGEST_PAUSE)
        row.save(update_fields=["attempts", "error", "next_attempt_at"])
        logger.error("outbox: entry %s put aside: %s", row.pk, row.error)
        return False
    return True
