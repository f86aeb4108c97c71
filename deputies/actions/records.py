"""From the journal into the duty files: each row once, whenever its transaction ended.

The queue (`journal.Fact`) is filled by a trigger in the transaction that wrote the entry, so that nothing is missed by
a watermark; a record is unique by entry, deputy and item, so that nothing counts twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Q, Sum

from deputies.models import Deputy, DutyRecord, DutyTotal
from deputies.points import Book, Row
from deputies.queries import book
from deputies.recompute import Difference
from journal.actions import queue_facts
from journal.models import Entry, Fact

# Any fixed number: one process files at a time, so that two do not reckon the same total from half of it each.
_FILING_LOCK = 4403_1007
Key = tuple[int, int, str]  # deputy, year, item


@transaction.atomic
def file_facts(*, now: datetime, limit: int = 1000) -> int:
    """Take up to `limit` waiting journal rows into the duty files; return how many were taken in hand.

    Returns 0 at once where another process is filing. A row under no rule leaves nothing and waits no longer.
    """
    if not _mine():
        return 0
    ids = list(Fact.objects.order_by("pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return 0
    rows = [Row(*values) for values in _entries(ids)]
    rules = book()
    touched = _record(rows, rules, now) | _strike(rows)
    reckon(touched, rules)
    Fact.objects.filter(pk__in=ids).delete()
    return len(ids)


def _mine() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_FILING_LOCK])
        return bool(cursor.fetchone()[0])


def hold() -> None:
    """Wait until nobody files, and keep others from it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FILING_LOCK])


def _entries(ids: Collection[int]) -> Iterable[tuple[int, str, str, datetime, dict[str, object]]]:
    return Entry.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "matter_type", "action", "at", "data")


def _record(rows: Iterable[Row], rules: Book, now: datetime) -> set[Key]:
    rows = list(rows)
    named = {pk for row in rows for pk in row.deputies}
    known = set(Deputy.objects.filter(pk__in=named).values_list("pk", flat=True))
    made = [
        DutyRecord(
            deputy_id=deputy,
            entry_id=row.pk,
            rule_id=rule.pk,
            item=rule.item,
            part=rule.part,
            at=row.at,
            on=row.day,
            year=row.day.year,
            quantity=row.quantity,
            points=rule.points * row.quantity,
            station=row.station,
            filed_at=now,
        )
        for row in rows
        for rule in rules.rules_for(row)
        for deputy in row.deputies
        if deputy in known
    ]
    DutyRecord.objects.bulk_create(made, ignore_conflicts=True, batch_size=2000)
    return {(record.deputy_id, record.year, record.item) for record in made}


def _strike(rows: Iterable[Row]) -> set[Key]:
    """Mark records that a ruling struck; they stay to be read, and count no more."""
    touched: set[Key] = set()
    for row in rows:
        if row.strikes is None:
            continue
        entry, item = row.strikes
        struck = DutyRecord.objects.filter(entry_id=entry, item=item, deputy_id__in=row.deputies)
        touched |= set(struck.values_list("deputy_id", "year", "item"))
        struck.filter(struck_by=None).update(struck_by_id=row.pk)
    return touched


def reckon(keys: Collection[Key], rules: Book) -> None:
    """Reckon the totals of these (deputy, year, item) anew from their records: two statements."""
    if not keys:
        return
    sums: dict[Key, dict[int, int]] = defaultdict(dict)
    counts: dict[Key, int] = defaultdict(int)
    near = Q(
        deputy_id__in={key[0] for key in keys}, year__in={key[1] for key in keys}, item__in={key[2] for key in keys}
    )
    found = DutyRecord.objects.standing().filter(near).order_by()
    for deputy, year, item, rule, points, number in found.values_list("deputy_id", "year", "item", "rule_id").annotate(
        Sum("points"), Count("pk")
    ):
        sums[deputy, year, item][rule] = points
        counts[deputy, year, item] += number
    DutyTotal.objects.bulk_create(
        [
            DutyTotal(
                deputy_id=key[0],
                year=key[1],
                item=key[2],
                count=counts.get(key, 0),
                points=rules.year(sums.get(key, {})),
            )
            for key in sorted(keys)
        ],
        update_conflicts=True,
        unique_fields=["deputy", "year", "item"],
        update_fields=["count", "points"],
        batch_size=2000,
    )


def mend(*, found: Difference, now: datetime) -> None:
    """File what the journal has and the files lack, and reckon anew the totals that differ."""
    if found.missing:
        queue_facts(ids=sorted({entry for entry, _deputy, _item in found.missing}))
        while file_facts(now=now):
            pass
    with transaction.atomic():
        hold()
        reckon(found.totals, book())
