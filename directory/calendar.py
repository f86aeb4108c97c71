"""Working days: pure arithmetic over the official calendar and this place's own exceptions. No database.

All limits count in Asia/Shanghai, whatever zone a moment is given in. Intervals are half-open: a limit "by
the end of the 5th" is the midnight at which the 6th begins, and a reply at that very moment is late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar
from chinese_calendar.constants import holidays as _official_holidays

SHANGHAI = ZoneInfo("Asia/Shanghai")
# The State Council announces one year at a time; the library knows the years that have at least one holiday.
_OFFICIAL_YEARS = frozenset(day.year for day in _official_holidays)
_DAY = timedelta(days=1)


def local_day(moment: datetime) -> date:
    """Return the day in Asia/Shanghai on which this moment falls.

    Raises ValueError where the moment has no time zone: guessing one would move a deadline by a day.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("The moment has no time zone.")
    return moment.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """Return the moment at which the day is over: the next midnight in Asia/Shanghai."""
    return datetime.combine(day + _DAY, time.min, tzinfo=SHANGHAI)


def covers(year: int) -> bool:
    """Return whether the official calendar of that year is known; otherwise Monday to Friday are worked."""
    return year in _OFFICIAL_YEARS


@lru_cache(maxsize=4096)  # ten years of days; a sweep asks for the same dozen thousands of times
def _worked(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


@dataclass(frozen=True)
class WorkingCalendar:
    """Statutory holidays and make-up workdays, with `overrides` {day: is it worked} on top."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def covers(self, year: int) -> bool:
        """Return whether the official calendar of that year is known (see the function of the same name)."""
        return covers(year)

    def is_workday(self, day: date) -> bool:
        """Return whether people work on that day: the override, else the official calendar, else Mon-Fri."""
        if isinstance(day, datetime):
            raise TypeError("A day is expected, not a moment: its zone would decide which day it is.")
        if day in self.overrides:
            return self.overrides[day]
        if covers(day.year):
            return _worked(day)
        return day.weekday() < 5

    def add_working_days(self, start: datetime, n: int) -> datetime:
        """Return the end of the n-th working day after the day of `start`; 0 for the end of that day.

        The day on which something happens is not counted (General Provisions of the Civil Code, art. 201).
        Raises ValueError for a moment without a zone or a negative n.
        """
        if n < 0:
            raise ValueError("The number of working days is negative.")
        day, left = local_day(start), n
        while left:
            day += _DAY
            left -= self.is_workday(day)
        return end_of_day(day)

    def add_hours(self, start: datetime, hours: float) -> datetime:
        """Return the moment that many hours later on the clock, by day and night, in Asia/Shanghai.

        Raises ValueError for a moment without a zone.
        """
        local_day(start)
        return (start + timedelta(hours=hours)).astimezone(SHANGHAI)

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """Return how many working days after the day of `start` are over by `end`; 0 if `end` is not later.

        The inverse of `add_working_days`. Raises ValueError for a moment without a zone.
        """
        day, last, days = local_day(start) + _DAY, local_day(end), 0
        while day < last:
            days += self.is_workday(day)
            day += _DAY
        return days
