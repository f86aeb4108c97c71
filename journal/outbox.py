"""Working off the outbox: what journal entries cause is done once, however often it is tried."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from journal.models import Outbox

logger = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)

Tell = Callable[[Sequence[Outbox]], object]


@transaction.atomic
def work_off(
    matter_types: Collection[str],
    tell: Tell,
    *,
    now: datetime,
    limit: int,
    matter_ids: Collection[int] | None = None,
) -> int:
    """Hand up to `limit` rows of these matters to `tell` and delete them; return how many were taken in hand.

    All at once; when that fails each by itself, so that a row that cannot be told waits (a minute, then twice as
    long each time, six hours at most) and stops no other. Rows locked by another worker are skipped. `tell` gets the
    rows in the order in which they were written, each with its entry, and must bear to be called again for the same.
    """
    rows = Outbox.objects.filter(matter_type__in=matter_types).exclude(next_attempt_at__gt=now)
    if matter_ids is not None:
        rows = rows.filter(entry__matter_id__in=matter_ids)
    rows = rows.select_related("entry").select_for_update(of=("self",), skip_locked=True).order_by("pk")
    taken = list(rows[:limit])
    failed = bool(taken) and _failure(tell, taken) is not None
    done = [row for row in taken if not failed or _alone(tell, row, now)]
    Outbox.objects.filter(pk__in=[row.pk for row in done]).delete()
    return len(taken)


def _alone(tell: Tell, row: Outbox, now: datetime) -> bool:
    failure = _failure(tell, [row])
    if failure is not None:
        _put_aside(row, failure, now)
    return failure is None


def _failure(tell: Tell, rows: Sequence[Outbox]) -> Exception | None:
    try:
        with transaction.atomic():
            tell(rows)
    except Exception as error:
        return error
    return None


def _put_aside(row: Outbox, failure: Exception, now: datetime) -> None:
    row.attempts += 1
    row.error = type(failure).__name__[:200]
    row.next_attempt_at = now + min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 10), LONGEST_PAUSE)
    row.save(update_fields=["attempts", "error", "next_attempt_at"])
    logger.error("outbox: entry %s put aside: %s", row.pk, row.error)
