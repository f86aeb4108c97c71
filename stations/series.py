"""The days of a recurring reception. Pure: dates in, dates out."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Every(TextChoices):
    ONCE = "once", _("Once")
    WEEK = "week", _("Every week")
    FORTNIGHT = "fortnight", _("Every two weeks")
    MONTH_DAY = "month_day", _("Every month on the same day")
    MONTH_WEEKDAY = "month_weekday", _("Every month on the same weekday, such as the first Wednesday")


STEPS = {Every.WEEK: 7, Every.FORTNIGHT: 14}


def starts(first: datetime, *, every: Every, until: date) -> list[datetime]:
    """Return the beginnings of a series from `first` on, the same wall-clock time on each day, up to `until`."""
    if every == Every.ONCE:
        return [first]
    return [first + timedelta(days=(day - first.date()).days) for day in _days(first.date(), every, until)]


def _days(first: date, every: Every, until: date) -> Iterator[date]:
    if step := STEPS.get(every):
        for number in range(max(0, (until - first).days) // step + 1):
            yield first + timedelta(days=step * number)
        return
    for number in range((until.year - first.year) * 12 + until.month - first.month + 1):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        day = _in_month(first, every, year, month + 1)
        if day is not None and day <= until:
            yield day


def _in_month(first: date, every: Every, year: int, month: int) -> date | None:
    """The day of a month: the same number (the last day where there is none), or the same weekday of the same week."""
    last = monthrange(year, month)[1]
    if every == Every.MONTH_DAY:
        return date(year, month, min(first.day, last))
    offset = (first.weekday() - date(year, month, 1).weekday()) % 7
    day = 1 + offset + 7 * ((first.day - 1) // 7)
    return date(year, month, day) if day <= last else None
