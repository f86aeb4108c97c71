"""Working days, by the official calendar and around it."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.calendar import SHANGHAI, WorkingCalendar, covers, end_of_day

OFFICIAL = WorkingCalendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2025-09-28", True),  # Sunday, made up for National Day
        ("2025-10-01", False),
        ("2025-10-08", False),
        ("2025-10-09", True),
        ("2025-10-11", True),  # Saturday, made up
        ("2025-10-12", False),
        ("2026-09-20", True),  # Sunday, made up
        ("2026-09-25", False),  # Mid-Autumn, a Friday
        ("2026-10-07", False),
        ("2026-10-10", True),  # Saturday, made up
        ("2026-01-04", True),  # Sunday, made up for New Year
    ],
)
def test_official_days(day, worked):
    assert OFFICIAL.is_workday(date.fromisoformat(day)) is worked


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2025-09-26T10:00", 1, "2025-09-29"),  # Friday; Sunday 28 is worked
        ("2025-09-30T10:00", 1, "2025-10-10"),  # the holiday ends with the 8th, the 9th is worked
        ("2025-09-30T23:59", 2, "2025-10-11"),
        ("2025-09-30T10:00", 3, "2025-10-12"),  # Saturday 11 is worked
        ("2026-09-30T10:00", 1, "2026-10-09"),
        ("2025-12-31T10:00", 1, "2026-01-05"),  # over the year: Sunday 4 January is worked
        ("2026-03-02T00:00", 5, "2026-03-10"),
        ("2025-10-03T10:00", 0, "2025-10-04"),
    ],
)
def test_adding(start, n, end):
    assert OFFICIAL.add_working_days(at(start), n) == at(end)


def test_a_moment_in_utc_belongs_to_the_day_in_shanghai():
    # 17:00 UTC on Thursday is 01:00 on Friday in Shanghai.
    late = datetime(2026, 3, 5, 17, tzinfo=UTC)
    assert OFFICIAL.add_working_days(late, 1) == at("2026-03-10")
    assert OFFICIAL.add_working_days(late, 1).utcoffset() == timedelta(hours=8)
    assert OFFICIAL.add_hours(late, 2) == at("2026-03-06T03:00")


def test_a_moment_without_zone_is_refused():
    naive = datetime(2026, 3, 5, 17)  # noqa: DTZ001
    for ask in (
        lambda: OFFICIAL.add_working_days(naive, 1),
        lambda: OFFICIAL.add_hours(naive, 1),
        lambda: OFFICIAL.working_days_between(naive, at("2026-03-06")),
        lambda: OFFICIAL.working_days_between(at("2026-03-06"), naive),
    ):
        with pytest.raises(ValueError, match="time zone"):
            ask()


def test_negative_and_moment_for_day_are_refused():
    with pytest.raises(ValueError, match="negative"):
        OFFICIAL.add_working_days(at("2026-03-05"), -1)
    with pytest.raises(TypeError):
        OFFICIAL.is_workday(at("2026-03-05"))


def test_overrides_win_over_everything():
    calendar = WorkingCalendar({date(2026, 3, 6): False, date(2026, 3, 7): True})
    assert not calendar.is_workday(date(2026, 3, 6))
    assert calendar.is_workday(date(2026, 3, 7))
    assert calendar.add_working_days(at("2026-03-05"), 1) == at("2026-03-08")


def test_outside_the_known_years_weekdays_are_worked_and_that_is_knowable():
    assert covers(2026)
    assert not covers(2003)
    assert not WorkingCalendar().covers(2101)
    assert OFFICIAL.is_workday(date(2101, 10, 3))  # a Monday in the holiday week
    assert not OFFICIAL.is_workday(date(2101, 10, 2))


def test_between_is_half_open():
    friday = at("2026-03-06T10:00")
    assert OFFICIAL.working_days_between(friday, at("2026-03-09T23:59")) == 0  # Monday is not over
    assert OFFICIAL.working_days_between(friday, at("2026-03-10T00:00")) == 1
    assert OFFICIAL.working_days_between(friday, friday) == 0
    assert OFFICIAL.working_days_between(at("2026-03-10"), friday) == 0


moments = st.datetimes(datetime(2004, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
calendars = st.dictionaries(st.dates(date(2004, 1, 1), date(2031, 12, 31)), st.booleans(), max_size=20).map(
    WorkingCalendar
)


@given(calendars, moments, st.integers(0, 60))
def test_adding_and_counting_are_inverse(calendar, start, n):
    end = calendar.add_working_days(start, n)
    assert calendar.working_days_between(start, end) == n
    assert (end.hour, end.minute, end.second) == (0, 0, 0)
    assert end > start
    last = (end - timedelta(days=1)).date()
    assert n == 0 or (calendar.is_workday(last) and end == end_of_day(last))


@given(calendars, moments, st.integers(0, 30), st.integers(0, 30))
def test_more_days_never_end_earlier(calendar, start, fewer, more):
    first, last = sorted((fewer, fewer + more))
    assert calendar.add_working_days(start, first) <= calendar.add_working_days(start, last)


@given(calendars, moments, st.integers(1, 30))
def test_a_limit_is_half_open_at_every_end(calendar, start, n):
    """One microsecond before the end the last day is not over; at the end it is."""
    end = calendar.add_working_days(start, n)
    assert calendar.working_days_between(start, end - timedelta(microseconds=1)) == n - 1
    assert calendar.working_days_between(start, end) == n


@given(calendars, moments, st.integers(0, 30))
def test_what_counts_is_the_day_in_shanghai_wherever_the_moment_was_written(calendar, start, n):
    end = calendar.add_working_days(start, n)
    for hours in (-11, 0, 8, 13):
        assert calendar.add_working_days(start.astimezone(timezone(timedelta(hours=hours))), n) == end
    noon = start.astimezone(SHANGHAI).replace(hour=12, minute=0, second=0, microsecond=0)
    assert calendar.add_working_days(noon, n) == end


@given(st.integers(2005, 2026), st.integers(1, 40))
def test_over_the_year_the_official_days_are_counted_one_by_one(year, n):
    """From late December on, made-up weekends and New Year included, against counting on one's fingers."""
    start = datetime(year - 1, 12, 20, 10, tzinfo=SHANGHAI)
    day, left = start.date(), n
    while left:
        day += timedelta(days=1)
        left -= OFFICIAL.is_workday(day)
    assert OFFICIAL.add_working_days(start, n) == end_of_day(day)
