"""The dispatcher's day by keyboard alone; the unit's in four clicks; axe and width on every desk."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.second_factor import PASSED
from desks.views import workbench
from dispatch.models import WorkOrder
from petitions.models import Petition
from tests.browser_pages import desks
from tests.desks.conftest import suggest
from tests.factories import PetitionFactory, put_into

MANY = 20


def sign_in(visitor: Any, user: Any) -> None:
    """Give the browser a session in which the second factor was shown."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[PASSED] = True
    session.save()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": visitor.site}
    visitor.context.add_cookies([cookie])


@pytest.fixture
def suggested(town: Any) -> list[Petition]:
    """Twenty cases in triage, each with the router's candidates."""
    made = [
        PetitionFactory(area=town.area["EB"], station=town.station["east"], category=town.category["drain"])
        for _ in range(MANY)
    ]
    for petition in made:
        put_into(petition, "registered")
        suggest(petition, "water", "road")
    return made


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_twenty_suggested_cases_in_half_a_minute(visit: Any, town: Any, suggested: Any, language: str) -> None:
    visitor = visit(width=1440, language=language)
    sign_in(visitor, town.dispatcher)
    page = visitor.go("/desk/?tab=triage")
    began = time.monotonic()
    page.keyboard.press("j")
    for number in range(1, MANY + 1):
        page.keyboard.press("1")
        page.wait_for_function("n => document.querySelectorAll('tr.row-done').length >= n", arg=number)
    assert time.monotonic() - began < 30
    assert Petition.objects.filter(state="assigned").count() == MANY
    assert WorkOrder.objects.filter(department__code="water").count() == MANY


def test_move_open_search_and_help(visit: Any, town: Any, suggested: Any) -> None:
    visitor = visit(width=1440)
    sign_in(visitor, town.dispatcher)
    page = visitor.go("/desk/?tab=triage")
    for key in "jjk":
        page.keyboard.press(key)
    assert page.locator("tr.here").get_attribute("id") == page.locator("tr[data-row]").first.get_attribute("id")
    page.keyboard.press("?")
    assert page.locator("#keys[open]").count() == 1
    assert visitor.axe() == []
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    assert page.locator("input[name=row]:checked").count() == 1
    page.keyboard.press("/")
    page.keyboard.type(suggested[3].reference)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('tr[data-row]').length === 1")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/petitions/{suggested[3].reference}/")
    page.keyboard.press("1")
    page.wait_for_selector(".toast-success")
    assert Petition.objects.get(pk=suggested[3].pk).state == "assigned"


def test_pages_tabs_and_the_preview_by_key(visit: Any, town: Any, suggested: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(workbench, "SIZE", 8)
    visitor = visit(width=1440)
    sign_in(visitor, town.dispatcher)
    page = visitor.go("/desk/?tab=triage")
    first = "() => document.querySelector('tr[data-row]').id"
    beginning = page.evaluate(first)
    page.keyboard.press("/")
    page.keyboard.type("nplhb")  # in a field they are letters
    assert page.input_value("#search") == "nplhb"
    page.fill("#search", "")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+b")
    with page.expect_navigation():
        page.keyboard.press("n")
    assert page.evaluate(first) != beginning
    with page.expect_navigation():
        page.keyboard.press("p")
    assert page.evaluate(first) == beginning
    at = "document.querySelector('#tabs a[aria-current]').id"
    names = page.evaluate("[...document.querySelectorAll('#tabs a')].map((tab) => tab.id)")
    middle = names.index("tab-triage")
    page.keyboard.press("l")
    page.wait_for_function(f"() => {at} === '{names[middle + 1]}'")
    page.keyboard.press("h")
    page.wait_for_function(f"() => {at} === 'tab-triage'")
    page.keyboard.press("j")
    page.keyboard.press("x")
    with page.expect_navigation():
        page.keyboard.press("b")
    assert page.url.endswith("/desk/bulk/")
    assert page.locator("tbody tr").count() == 1


@pytest.mark.parametrize("failure", [None, 502, 403])
def test_an_assignment_without_an_answer_is_said_and_tried_again(
    visit: Any, town: Any, suggested: Any, failure: int | None
) -> None:
    visitor = visit(width=1440)
    sign_in(visitor, town.dispatcher)
    page = visitor.go("/desk/?tab=triage")
    page.route("**/assign-first/", lambda route: route.fulfill(status=failure) if failure else route.abort())
    row = page.locator("tr[data-row]").first
    page.keyboard.press("j")
    for _ in range(2):  # one sentence, however often
        page.locator("tr[data-row]").first.locator("[data-open]").focus()
        page.keyboard.press("1")
        row.locator("[role=alert]").wait_for()
        assert row.get_attribute("data-sent") is None
    assert row.locator("[role=alert]").count() == 1
    assert visitor.axe() == []
    assert all("htmx:" in fault or str(failure) in fault for fault in visitor.faults), visitor.faults
    visitor.faults.clear()  # htmx tells the console itself; everything else is a fault
    page.unroute("**/assign-first/")
    row.locator("[data-open]").focus()
    page.keyboard.press("1")
    page.wait_for_selector("tr.row-done")
    assert page.locator("[role=alert]").count() == 0
    assert Petition.objects.filter(state="assigned").count() == 1


def test_the_head_signs_and_replies_in_four_clicks(visit: Any, matter: Any) -> None:
    reference = matter.to("assigned").reference
    visitor = visit(width=390)
    sign_in(visitor, matter.cast.head)
    page = visitor.go("/desk/unit/")
    page.click("form[action$='/sign/'] button")  # 1
    page.wait_for_selector(".toast-success")
    page.click("a[href*='open=reply']")  # 2
    form = f"#m-reply-{matter.order.pk}"
    page.fill(f"{form} textarea[name=text]", "已清淤，井盖已更换。")
    page.select_option(f"{form} select[name=result_class]", "a")  # 3
    page.click(f"{form} button.btn:not([type=button])")  # 4
    page.wait_for_selector(".toast-success")
    assert Petition.objects.get(reference=reference).state == "replied"


# Opens what is folded, menus too (of two that share a name only one stands open); says how many there were.
UNFOLD = """() => {
  const folded = [...document.querySelectorAll("details:not([open])")];
  for (const each of folded) { each.removeAttribute("name"); each.open = true; }
  return folded.length;
}"""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_and_width_on_every_desk(visit: Any, matter: Any, width: int, language: str) -> None:
    problems: list[str] = []
    visitors: dict[str, Any] = {}
    for who, _name, address in desks(matter):
        if who not in visitors:
            visitors[who] = visit(width=width, language=language)
            sign_in(visitors[who], getattr(matter.cast, who))
        visitor = visitors[who]
        page = visitor.go(address)
        page.wait_for_load_state("networkidle")
        for how in ("as it comes", "everything unfolded"):
            problems += [f"{how}: {problem}" for problem in visitor.axe()]
            if visitor.overflow() > 0:
                problems.append(f"{address}, {how}, is {visitor.overflow()} px too wide")
            if not page.evaluate(UNFOLD):
                break
            page.wait_for_load_state("networkidle")
    assert not problems, "\n".join(problems)
