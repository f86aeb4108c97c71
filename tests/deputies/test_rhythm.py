"""Station monthly, home quarterly, report yearly: who is behind, and one reminder a period."""

from datetime import date

import pytest

from deputies.models import Deputy, Rhythm
from deputies.rhythm import behind, remind, span
from notifications.models import Delivery
from tests.cast import at, build
from tests.deputies.conftest import filed

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(rules):
    return build()


@pytest.mark.parametrize(
    ("period", "day", "start", "end"),
    [
        ("month", date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        ("quarter", date(2026, 11, 20), date(2026, 10, 1), date(2027, 1, 1)),
        ("quarter", date(2026, 3, 31), date(2026, 1, 1), date(2026, 4, 1)),
        ("year", date(2026, 3, 31), date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_periods(period, day, start, end):
    assert (span(period, day).start, span(period, day).end) == (start, end)


def late(code, day=date(2026, 11, 20)):
    rhythm = Rhythm.objects.get(code=code)
    return list(behind(Deputy.objects.all(), rhythm, span(rhythm.period, day)).values_list("code", flat=True))


def test_a_reception_keeps_the_month_and_one_at_a_home_the_quarter(cast, fact):
    assert late("station") == late("home") == late("report") == ["D1"]
    fact("reception.held", cast.seat, when=at("2026-11-02 09:00"), station=cast.station["east"].pk)
    filed()
    assert late("station") == []
    assert late("station", date(2026, 12, 1)) == late("home") == ["D1"]

    cast.station["tea"].kind = "deputy_home"
    cast.station["tea"].save()
    fact("visit.logged", cast.seat, when=at("2026-10-09 09:00"), station=cast.station["tea"].pk)
    filed()
    assert late("home") == []


def test_reminded_once_a_period_and_only_near_its_end(cast, fact):
    assert remind(now=at("2026-11-20 08:30")) == 0
    assert remind(now=at("2026-11-25 08:30")) == 1  # the month's; quarter and year end in December
    assert remind(now=at("2026-11-26 08:30")) == 0
    assert remind(now=at("2026-12-28 08:30")) == 3
    assert {d.user.username for d in Delivery.objects.select_related("user")} == {"deputy"}
