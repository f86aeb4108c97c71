"""The whole reckoning once more from the journal, to be compared with what has accumulated. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from deputies.models import Deputy, DutyRecord, DutyTotal
from deputies.points import Row
from deputies.queries import book
from journal.models import Entry, Fact

RecordKey = tuple[int, int, str]  # entry, deputy, item
TotalKey = tuple[int, int, str]  # deputy, year, item
AT_ONCE = 20_000


@dataclass
class Difference:
    """What the journal says and the files do not, and the other way round."""

    entries: int = 0
    records: int = 0
    waiting: int = 0
    missing: set[RecordKey] = field(default_factory=set)
    unfounded: set[RecordKey] = field(default_factory=set)
    other: set[RecordKey] = field(default_factory=set)
    totals: set[TotalKey] = field(default_factory=set)

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(self.missing or self.unfounded or self.other or self.totals)


def compare() -> Difference:
    """Recompute everything from the journal and the rules; call it inside one REPEATABLE READ transaction.

    Rows that still wait to be filed are left out.
    """
    rules, found = book(), Difference()
    deputies = set(Deputy.objects.values_list("pk", flat=True))
    waiting = set(Fact.objects.values_list("pk", flat=True))
    expected: dict[RecordKey, tuple[int, date, int]] = {}
    struck: set[RecordKey] = set()
    for row in _rows():
        if row.pk in waiting:
            continue
        found.entries += 1
        if row.strikes:
            struck |= {(row.strikes[0], deputy, row.strikes[1]) for deputy in row.deputies}
        for rule in rules.rules_for(row):
            for deputy in row.deputies:
                if deputy in deputies:
                    expected[row.pk, deputy, rule.item] = (rule.pk, row.day, rule.points * row.quantity)
    sums: dict[TotalKey, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    counts: dict[TotalKey, int] = defaultdict(int)
    for (entry, deputy, item), (rule_pk, day, points) in expected.items():
        if (entry, deputy, item) not in struck:
            sums[deputy, day.year, item][rule_pk] += points
            counts[deputy, day.year, item] += 1
    _compare_records(expected, struck, found)
    totals = {key: (counts[key], rules.year(by_rule)) for key, by_rule in sums.items()}
    stored = {
        (deputy, year, item): (count, points)
        for deputy, year, item, count, points in DutyTotal.objects.values_list(
            "deputy_id", "year", "item", "count", "points"
        ).iterator(AT_ONCE)
        if count or points
    }
    found.totals = {key for key in totals.keys() | stored.keys() if totals.get(key) != stored.get(key)}
    found.records, found.waiting = len(expected), len(waiting)
    return found


def _rows() -> Iterator[Row]:
    entries = Entry.objects.filter(data__has_key="deputies").order_by("pk")
    for values in entries.values_list("pk", "matter_type", "action", "at", "data").iterator(AT_ONCE):
        yield Row(*values)


def _compare_records(
    expected: dict[RecordKey, tuple[int, date, int]], struck: set[RecordKey], found: Difference
) -> None:
    seen: set[RecordKey] = set()
    stored = DutyRecord.objects.order_by().values_list(
        "entry_id", "deputy_id", "item", "rule_id", "on", "points", "struck_by_id"
    )
    for entry, deputy, item, rule, day, points, struck_by in stored.iterator(AT_ONCE):
        key = (entry, deputy, item)
        seen.add(key)
        if key not in expected:
            found.unfounded.add(key)
        elif expected[key] != (rule, day, points) or (struck_by is not None) != (key in struck):
            found.other.add(key)
    found.missing = expected.keys() - seen
