"""What somebody wants to know: of which months, which area, category and unit. From an address, and back into one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from directory import queries
from directory.calendar import SHANGHAI
from petitions import choices
from petitions.models import PetitionQuerySet
from petitions.worklist import WorklistFilter

MONTHS = 6  # shown unless asked otherwise
OFFERED = 36
NARROWED = ("area", "category", "department")


@dataclass(frozen=True)
class Question:
    """The petitions received in [since, until), of one area, category or unit where these are given."""

    since: datetime
    until: datetime
    narrowed: Mapping[str, str]

    @property
    def months(self) -> list[datetime]:
        """The first instant of each month."""
        number = (self.until.year - self.since.year) * 12 + self.until.month - self.since.month
        return [plus_months(self.since, later) for later in range(number)]

    @property
    def conditions(self) -> dict[str, str]:
        """The same as filters of the worklist."""
        return {
            **self.narrowed,
            "submitted_after": day_of(self.since),
            "submitted_before": day_of(self.until),
        }

    @property
    def address(self) -> dict[str, str]:
        """The same as the parameters of this question's own page."""
        return {**self.narrowed, "from": f"{self.since:%Y-%m}", "to": f"{plus_months(self.until, -1):%Y-%m}"}


class NotUnderstood(ValueError):
    """A parameter that means nothing; `name` says which, the message is for a person."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


def plus_months(first: datetime, months: int) -> datetime:
    """Return the first of a month, so many months later, in Shanghai."""
    number = first.year * 12 + first.month - 1 + months
    return first.replace(year=number // 12, month=number % 12 + 1)


def day_of(midnight: datetime) -> str:
    """Return a midnight in Shanghai as the worklist's filters take it."""
    return f"{midnight.astimezone(SHANGHAI):%Y-%m-%d}"


def month_of(moment: datetime) -> datetime:
    """Return the first instant of the month, in Shanghai."""
    return moment.astimezone(SHANGHAI).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def read(data: Mapping[str, Any], now: datetime) -> Question:
    """Return the question in these parameters. Raises NotUnderstood; what is not given is the last six months."""
    this = month_of(now)
    last = _month(data, "to") or this
    first = _month(data, "from") or plus_months(last, 1 - MONTHS)
    if first > last:
        raise NotUnderstood("from", _("The first month comes after the last."))
    if plus_months(first, OFFERED) <= last:
        raise NotUnderstood("from", _("At most %(most)d months at once.") % {"most": OFFERED})
    return Question(first, plus_months(last, 1), _narrowed(data))


def usual(now: datetime) -> Question:
    """Return the question of somebody who asks nothing in particular."""
    return read({}, now)


def _narrowed(data: Mapping[str, Any]) -> dict[str, str]:
    found = {name: str(data[name]) for name in NARROWED if data.get(name)}
    known = {
        "area": queries.area_by_code,
        "category": queries.category_by_code,
        "department": queries.department_by_code,
    }
    for name, code in found.items():
        if known[name](code[:32]) is None:
            raise NotUnderstood(name, _("There is no such place, category or unit."))
    return found


def _month(data: Mapping[str, Any], name: str) -> datetime | None:
    raw = str(data.get(name) or "")
    if not raw:
        return None
    try:
        day = parse_date(f"{raw}-01")
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2100:
        raise NotUnderstood(name, _("Give a month as year and month, such as 2026-11."))
    return datetime(day.year, day.month, 1, tzinfo=SHANGHAI)


def narrow(petitions: PetitionQuerySet, conditions: Mapping[str, str]) -> PetitionQuerySet:
    """Return those of the petitions that the worklist would list under these filters: by the worklist's own code."""
    chosen = WorklistFilter(dict(conditions), queryset=petitions, only_given=True)
    return chosen.qs if chosen.is_valid() else petitions.none()


def offered(now: datetime) -> dict[str, Any]:
    """What the form offers: from the directory's snapshot, no SQL when warm."""
    known = queries.snapshot()
    months = [plus_months(month_of(now), -back) for back in range(OFFERED)]
    return {
        # Kept under its name a while: at the turn of a month they are others.
        "months_name": f"months to {months[0]:%Y-%m}",
        "months": [(f"{month:%Y-%m}", date_format(month, "YEAR_MONTH_FORMAT")) for month in months],
        "area": choices.area_tree(),
        "category": choices.category_tree(),
        "department": [(code, choices.label(each)) for code, each in known.departments.items()],
    }
