"""Duty reports, votes, cases and the notice board in a real browser: axe, overflow, elder sizes, without JavaScript."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from ballots.models import Participation
from tests.browser.duty_stage import stage
from tests.browser.test_access import _elder_faults

CUT_OFF = """[...document.querySelectorAll(".board-part")]
    .filter((n) => n.scrollHeight > n.clientHeight + 1).map((n) => n.className)"""
FOLDER = settings.BASE_DIR / "var" / "screenshots" / "duty"


def sign_in(visitor: Any, user: Any) -> None:
    """Take a session for this browser."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    visitor.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": visitor.site}])


def keep(visitor: Any, name: str) -> None:
    """A picture to look at, when asked for."""
    if os.environ.get("SCREENSHOTS") == "1":
        FOLDER.mkdir(parents=True, exist_ok=True)
        visitor.page.screenshot(path=str(FOLDER / f"{name}.png"), full_page="board-screen" not in name)


def faults_of(visitor: Any, name: str, *, elder: bool = False) -> list[str]:
    """What axe finds, sideways scrolling, and in elder mode what is too small."""
    found = visitor.axe()
    if visitor.overflow() > 0:
        found.append(f"{name} is {visitor.overflow()} px too wide")
    return found + ([f"{name}: {fault}" for fault in _elder_faults(visitor.page)] if elder else [])


@pytest.mark.parametrize(
    ("label", "width", "language", "display"),
    [
        ("phone-zh", 390, "zh-hans", {}),
        ("phone-en-elder", 390, "en", {"elder": 1}),
        ("phone-en-dark", 390, "en", {"theme": "dark"}),
        ("desk-zh-dark", 1440, "zh-hans", {"theme": "dark"}),
        ("desk-en", 1440, "en", {}),
    ],
)
def test_pages_are_open_to_everybody(
    visit: Any, town: Any, label: str, width: int, language: str, display: dict[str, Any]
) -> None:
    staged = stage(town)
    visitor = visit(width=width, language=language)
    visitor.display(**display)
    problems = []

    def look(name: str) -> None:
        problems.extend(faults_of(visitor, name, elder="elder" in display))
        keep(visitor, f"{label}-{name}")

    for name, path in staged["public"].items():
        visitor.go(path)
        look(name)
    page = visitor.go("/vote/")
    page.fill("[name=code]", staged["code"])
    page.click("main form .btn-big")
    page.wait_for_selector(".vote-field")
    look("ballot-paper")
    sign_in(visitor, town.supervisor)
    for name, path in staged["desk"].items():
        visitor.go(path)
        look(name)
    page = visitor.go(staged["slips"])
    page.click("summary:has-text('打印投票码'), summary:has-text('Print voting codes')")
    page.fill("[name=number]", "4")
    page.click("details[open] form .btn")
    page.wait_for_selector(".slips")
    look("slips")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("language", "width", "height"), [("zh-hans", 1920, 1080), ("en", 1920, 1080), ("en", 390, 844)]
)
def test_the_board_fills_a_screen_and_nothing_is_cut_off(
    visit: Any, town: Any, language: str, width: int, height: int
) -> None:
    staged = stage(town)
    visitor = visit(width=width, language=language, javascript=True)
    visitor.page.set_viewport_size({"width": width, "height": height})
    visitor.go(staged["board"])
    keep(visitor, f"board-screen-{width}-{language}")

    assert not faults_of(visitor, "board")
    cut = visitor.page.evaluate(CUT_OFF)
    assert cut == []
    if width == 1920:
        assert visitor.page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_a_scanned_slip_fills_in_the_code_and_leaves_no_trace_of_it(visit: Any, town: Any) -> None:
    code = stage(town)["code"]
    visitor = visit(language="en")

    page = visitor.go(f"/vote/#{code}")

    assert page.input_value("[name=code]") == f"{code[:4]}-{code[4:]}"
    assert code not in page.url
    page.keyboard.press("Enter")  # the button has the focus
    page.wait_for_selector(".vote-field")
    page.check("input[type=checkbox] >> nth=1", force=True)
    page.click("button[name=vote]")
    page.wait_for_url("**/vote/done/")


def test_a_vote_without_javascript_by_keyboard(visit: Any, town: Any) -> None:
    code = stage(town)["code"]
    before = Participation.objects.count()
    visitor = visit(language="en", javascript=False)
    page = visitor.go("/vote/")
    page.focus("[name=code]")
    page.keyboard.type(code.lower())
    page.keyboard.press("Enter")
    page.wait_for_selector(".vote-field")
    page.focus("input[type=checkbox] >> nth=0")
    page.keyboard.press("Space")
    page.focus("button[name=vote]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/vote/done/")

    assert Participation.objects.count() == before + 1
