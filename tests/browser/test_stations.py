"""Stations, receptions and the unified day in a real browser: axe, width, the nearest first, the live page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from stations.actions import receptions as actions
from stations.models import OpeningHours, Reception, ReceptionDuty, Standard, Station
from tests.browser.test_desk_keyboard import sign_in
from tests.stations.test_receptions import planned
from tests.stations.test_unified_day import going

YEAR = timezone.localdate().year


@pytest.fixture
def busy(town: Any) -> dict[str, int]:
    """A station with hours and positions, an announced reception, a unified day under way."""
    Station.objects.filter(code="east").update(latitude=22.70, longitude=114.30, address="河畔路 1 号", is_model=True)
    Station.objects.filter(code="tea").update(latitude=22.80, longitude=114.30)
    OpeningHours.objects.create(station=town.station["east"], weekday=0, opens="09:00", closes="12:00")
    Standard.objects.create(code="sign", kind="site", title="门口悬挂标识", title_en="A sign", needs_photo=True)
    made = planned(town, ahead=9)
    actions.publish(reception=made, by=town.officer, now=timezone.now())
    return {"reception": made.pk, "day": going(town).pk}


PAGES = [
    ("", "/stations/"),
    ("", "/stations/east/"),
    ("", "/receptions/"),
    ("", "/receptions/{reception}/"),
    ("", "/days/{day}/"),
    ("supervisor", "/desk/stations/"),
    ("officer", "/desk/stations/east/"),
    ("officer", "/desk/stations/east/receptions/new/"),
    ("officer", "/desk/receptions/"),
    ("officer", "/desk/receptions/{reception}/"),
    ("officer", f"/desk/stations/east/check/{YEAR}/"),
    ("supervisor", "/desk/days/"),
    ("supervisor", "/desk/days/new/"),
    ("supervisor", "/desk/days/{day}/"),
    ("supervisor", "/desk/days/{day}/stations/"),
    ("deputy", "/desk/calendar/"),
]


@pytest.mark.parametrize(
    ("width", "language", "display"),
    [(390, "zh-hans", {"elder": 1}), (390, "en", {"theme": "dark"}), (1440, "en", {}), (1440, "zh-hans", {})],
)
def test_axe_finds_nothing_and_nothing_is_too_wide(
    visit: Any, town: Any, busy: dict[str, int], width: int, language: str, display: dict[str, Any]
) -> None:
    visitor = visit(width=width, language=language)
    visitor.display(**display)
    problems = []
    for who, address in PAGES:
        if who:
            sign_in(visitor, getattr(town, who))
        page = visitor.go(address.format(**busy))
        page.wait_for_timeout(200)
        problems += visitor.axe()
        if visitor.overflow() > 0:
            problems.append(f"{address} is {visitor.overflow()} px too wide")
        if page.locator("main.page-problem").count():
            problems.append(f"{address} is not there")
    assert not problems, "\n".join(problems)


def test_the_nearest_station_comes_first_and_the_position_stays_here(visit: Any, busy: dict[str, int]) -> None:
    place = {"latitude": 22.71, "longitude": 114.30}
    visitor = visit(width=390, geolocation=place, permissions=["geolocation"])
    page = visitor.go("/stations/")
    assert page.locator(".station-card h3").first.inner_text() == "Tea Garden station"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click("[data-near]")
    page.wait_for_selector(".station-card:first-child h3:has-text('East Bank station')")

    assert "1.1 km" in page.locator("[data-distance]").first.inner_text()
    assert not asked


def test_the_live_page_changes_without_a_reload(visit: Any, town: Any, busy: dict[str, int]) -> None:
    visitor = visit(width=1440)
    sign_in(visitor, town.supervisor)
    page = visitor.go(f"/desk/days/{busy['day']}/")
    page.evaluate("window.here = true")
    assert page.locator(".live-figures .figure").first.inner_text() == "1"
    Reception.objects.filter(day=busy["day"]).update(state="open", published_at=timezone.now())
    page.wait_for_selector(".live-figures li:first-child .figure:text-is('2')", timeout=15000)

    assert page.evaluate("window.here")


def test_a_reception_is_planned_announced_and_held_by_page_without_script(visit: Any, town: Any) -> None:
    visitor = visit(width=390, language="zh-hans", javascript=False)
    sign_in(visitor, town.officer)
    page = visitor.go("/desk/stations/east/receptions/new/")
    page.fill("#id_date", (timezone.localdate() + timedelta(days=4)).isoformat())
    page.fill("#id_topic", "老旧小区改造")
    page.check("[name=deputies][value=D1]")
    page.click("main .btn-big")
    page.wait_for_url("**/desk/receptions/*/")
    page.click("main form[action$='/publish/'] .btn")
    page.wait_for_selector(".toast-success")

    made = Reception.objects.get()
    assert made.state == "published"
    assert ReceptionDuty.objects.get().deputy.code == "D1"
    assert "老旧小区改造" in visitor.go(f"/receptions/{made.pk}/").locator("main").inner_text()
