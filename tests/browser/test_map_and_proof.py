"""What only a browser can show: the map by keyboard, by tap and without JavaScript; the proof of work."""

from __future__ import annotations

import pytest

from accounts.models import Attempt
from directory import queries
from directory.models import Area
from petitions.models import Petition
from petitions.views import submit
from tests.browser.conftest import WIDTHS
from tests.browser_words import TEXT
from tests.cast import RESIDENT_PHONE


def write(page) -> None:
    page.fill("#id_text", TEXT)
    page.fill("#id_phone", RESIDENT_PHONE)


def send(page) -> Petition:
    page.click("form.submit button[type=submit]")
    page.wait_for_url("**/submit/done/")
    return Petition.objects.latest("pk")


def test_the_browser_solves_the_proof_of_work_unseen(visit, settings):
    settings.ALTCHA_REQUIRED, settings.ALTCHA_COST = True, 50
    page = visit().go("/submit/")
    write(page)
    send(page)
    assert not Attempt.objects.filter(scope=submit.UNPROVED_SCOPE).exists()


def test_without_javascript_a_petition_is_sent_all_the_same_and_counted(visit, settings):
    settings.ALTCHA_REQUIRED = True
    page = visit(javascript=False).go("/submit/")
    assert page.locator("[data-map-open]").is_hidden()
    write(page)
    send(page)
    assert Attempt.objects.filter(scope=submit.UNPROVED_SCOPE).count() == 1


@pytest.fixture
def places(town) -> None:
    """Communities with a position: the ground of the map."""
    for number, area in enumerate(Area.objects.filter(level="community").order_by("pk")):
        area.latitude, area.longitude = 22.69 + number / 50, 114.3 + number / 90
        area.save()
    queries.invalidate()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_place_is_chosen_by_keyboard_alone(visit, places, width):
    visitor = visit(width=width)
    page = visitor.go("/submit/")
    write(page)
    page.focus("[data-map-open]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".map:focus")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(400)
    page.focus("[data-map-take]")
    page.keyboard.press("Enter")
    assert page.locator(".map-said").inner_text().startswith("Place chosen, near:")
    assert not visitor.axe()
    assert visitor.overflow() <= 0
    petition = send(page)
    assert petition.latitude is not None
    assert petition.area.level == "community"


def test_a_tap_chooses_and_the_place_can_be_removed(visit, places):
    page = visit().go("/submit/")
    write(page)
    page.click("[data-map-open]")
    page.wait_for_selector(".leaflet-container")
    page.locator(".map").click()
    assert page.input_value("[name=latitude]")
    page.click("[data-map-clear]")
    assert page.input_value("[name=latitude]") == ""
    assert send(page).latitude is None
