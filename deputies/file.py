"""A duty file as it is read: eight parts, each with its totals, records and entries. Reads only; constant SQL."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Sum

from deputies.models import Appeal, Deputy, DutyEntry, DutyPart, DutyRecord, DutyTotal, EntryState, ScoringRule
from deputies.queries import names_of_items, policy, rules_by_item
from deputies.rhythm import Standing, standing
from directory import queries as directory

MOST_RECORDS = 300


@dataclass
class Line:
    """A record as it is shown."""

    record: DutyRecord
    name: str
    may_appeal: bool
    appeal: Appeal | None
    reference: str = ""  # of the matter, where the reader may open it: filled in by those above


@dataclass
class Part:
    """One of the eight parts."""

    code: str
    label: str
    totals: list[dict[str, Any]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def points(self) -> int:
        """The part's points of the year."""
        return sum(row["points"] for row in self.totals)


@dataclass
class DutyFile:
    """One year of one deputy."""

    deputy: Deputy
    year: int
    parts: list[Part]
    points: int
    records: int
    entries: list[DutyEntry]
    standing: list[Standing]


def duty_file(deputy: Deputy, *, year: int, now: datetime, today: date) -> DutyFile:
    """Return a deputy's file of a year."""
    names, days, calendar = names_of_items(), policy().appeal_wd, directory.calendar()
    parts = {code: Part(code, str(label)) for code, label in DutyPart.choices}
    part_of = dict(ScoringRule.objects.values_list("item", "part"))
    totals = DutyTotal.objects.filter(deputy=deputy, year=year).order_by("item")
    points = 0
    for total in totals:
        if total.count or total.points:
            row = {"item": total.item, "name": names.get(total.item, total.item), "count": total.count}
            parts[part_of.get(total.item, "basics")].totals.append({**row, "points": total.points})
            points += total.points
    records = list(
        DutyRecord.objects.filter(deputy=deputy, year=year)
        .select_related("entry", "struck_by", "appeal")
        .order_by("-on", "-id")[:MOST_RECORDS]
    )
    for record in records:
        appeal = getattr(record, "appeal", None)
        may = not (appeal or record.struck_by_id) and now < calendar.add_working_days(record.filed_at, days)
        parts[record.part].lines.append(Line(record, names.get(record.item, record.item), may, appeal))
    entries = list(
        DutyEntry.objects.filter(deputy=deputy, on__year=year)
        .select_related("appeal")
        .prefetch_related("evidence")[:MOST_RECORDS]
    )
    for entry in entries:
        late = entry.decided_at is None or now >= calendar.add_working_days(entry.decided_at, days)
        entry.may_appeal = (  # type: ignore[attr-defined]
            entry.state == EntryState.REJECTED and not hasattr(entry, "appeal") and not late
        )
        entry.item_name = names.get(entry.item, entry.item)  # type: ignore[attr-defined]
    return DutyFile(deputy, year, list(parts.values()), points, len(records), entries, standing(deputy, today))


def choices(day: date, *, own: bool) -> list[tuple[str, str]]:
    """What may be entered, by the deputy or by station and commission."""
    rules = rules_by_item(day).values()
    return [(rule.item, rule.label) for rule in rules if (rule.by_deputy if own else rule.by_officer)]


def public_facts(deputy: Deputy, year: int) -> list[dict[str, Any]]:
    """Facts of duty for everybody: what and how often, never points."""
    names = names_of_items()
    rows = DutyTotal.objects.filter(deputy=deputy, year=year, count__gt=0).exclude(item="absence").order_by("item")
    return [{"item": row.item, "name": names.get(row.item, row.item), "count": row.count} for row in rows]


def points_of(deputies: list[Deputy], year: int) -> dict[int, int]:
    """Each deputy's points of a year."""
    found: dict[int, int] = defaultdict(int)
    rows = DutyTotal.objects.filter(deputy__in=deputies, year=year).values("deputy_id").annotate(points=Sum("points"))
    for row in rows:
        found[row["deputy_id"]] = row["points"]
    return dict(found)
