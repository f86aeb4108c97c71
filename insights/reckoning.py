"""From petitions to figures: one pass over the rows for all tables, one over the open ones for their age."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q

from directory.calendar import SHANGHAI
from insights.facts import COUNTED, OF_CONTACT, facts
from insights.question import Question, day_of, narrow
from petitions.figures import FIGURES, SUMS
from petitions.models import Petition, PetitionQuerySet

KEYS: Final = ("unit", "area", "category", "month")
# The open ones by age in days, [from, until).
AGES: Final[tuple[tuple[int, int | None], ...]] = ((0, 3), (3, 7), (7, 15), (15, 30), (30, 60), (60, None))

Counts = Counter[str]


@dataclass(frozen=True)
class Reckoned:
    """Counts of every figure: in all, and by the number of a unit, area and category, and by month; None for none."""

    total: Counts
    by: dict[str, dict[Any, Counts]]


def reckon(user: Any, question: Question, now: datetime) -> Reckoned:
    """Count everything of the question over the petitions that `user` may read; one SELECT over the rows."""
    found = narrow(Petition.objects.visible_to(user), question.conditions)
    reckoned, months = Reckoned(Counter(), {key: {} for key in KEYS}), question.months
    for level, keys, numbers in _grouped(found, question, now):
        counts = Counter(dict(zip(("received", *COUNTED), numbers, strict=True)))
        for name, parts in SUMS.items():
            counts[name] = sum(counts[part] for part in parts)
        if KEYS[level] == "month":
            reckoned.by["month"][months[keys[level] - 1].date()] = counts
            reckoned.total.update(counts)  # each petition came in one month
        else:
            reckoned.by[KEYS[level]][keys[level]] = counts
    return reckoned


# All tables come from one pass (GROUPING SETS); grouping() tells which of them a row belongs to.
_GROUPED = """
SELECT grouping(lead_unit_id, area_id, category_id, month), lead_unit_id, area_id, category_id, month,
       count(*), {counted}
FROM (SELECT *, width_bucket(submitted_at, %s::timestamptz[]) AS month FROM ({facts}) AS facts OFFSET 0) AS facts
GROUP BY GROUPING SETS ((lead_unit_id), (area_id), (category_id), (month))
"""
# grouping() has a bit for each key that a row is NOT grouped by, the first key's the highest.
_LEVELS: Final = {0b0111: 0, 0b1011: 1, 0b1101: 2, 0b1110: 3}


def _grouped(
    found: PetitionQuerySet, question: Question, now: datetime
) -> Iterable[tuple[int, tuple[Any, ...], tuple[int, ...]]]:
    try:
        sql, values = facts(found, question, now)
    except EmptyResultSet:  # such a user sees nothing at all
        return []
    counted = ", ".join(f"count(*) FILTER (WHERE {OF_CONTACT.get(name, f'is_{name}')})" for name in COUNTED)
    with connection.cursor() as cursor:
        cursor.execute(_GROUPED.format(counted=counted, facts=sql), [question.months, *values])
        return [(_LEVELS[row[0]], row[1:5], row[5:]) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Age:
    """Open petitions of one age: submitted in [after, before), None where that end is open."""

    days: tuple[int, int | None]
    after: datetime | None
    before: datetime | None
    open: int
    overdue: int

    @property
    def conditions(self) -> dict[str, str]:
        """As filters of the worklist."""
        ends = {"submitted_after": self.after, "submitted_before": self.before}
        return {name: day_of(moment) for name, moment in ends.items() if moment is not None}


def ages(user: Any, question: Question, now: datetime) -> list[Age]:
    """Return how old the open petitions are today, whenever they came; one SELECT.

    Age is in days of the calendar in Shanghai: what came today is 0 days old.
    """
    found = narrow(Petition.objects.visible_to(user), question.narrowed)
    # The condition of the index `petition_open` stands in WHERE, so that only open ones are read.
    found = found.filter(FIGURES["open"][1](now))
    today = now.astimezone(SHANGHAI).date()
    bounds = [(_younger(today, until), _younger(today, since)) for since, until in AGES]
    late = FIGURES["overdue"][1](now)
    counted: dict[str, Any] = {}
    for number, (after, before) in enumerate(bounds):
        inside = _between(after, before if number else None)
        counted |= {f"open_{number}": Count("pk", filter=inside), f"late_{number}": Count("pk", filter=inside & late)}
    got = found.order_by().aggregate(**counted)
    return [
        Age(days, after, before if number else None, got[f"open_{number}"], got[f"late_{number}"])
        for number, (days, (after, before)) in enumerate(zip(AGES, bounds, strict=True))
    ]


def _younger(today: date, days: int | None) -> datetime | None:
    """The instant from which on a petition is younger than so many days."""
    if days is None:
        return None
    day = today - timedelta(days=days - 1)
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _between(after: datetime | None, before: datetime | None) -> Q:
    inside = Q(submitted_at__gte=after) if after else Q()
    return inside & Q(submitted_at__lt=before) if before else inside
