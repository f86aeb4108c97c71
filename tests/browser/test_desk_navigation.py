"""The desk's navigation is one row on a phone and on a wide screen; the rest is behind “More”, by keyboard too."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from petitions.tasks import replay_stranded
from tests.browser.test_desk_keyboard import sign_in

SHOWN = "[...document.querySelectorAll('.desknav > ul > li')].filter(each => each.offsetParent)"
TOPS = f"[...new Set({SHOWN}.map(each => each.offsetTop))]"


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (390, "zh-hans"), (1440, "en"), (1440, "zh-hans")])
def test_one_row_and_more(visit: Any, town: Any, width: int, language: str) -> None:
    visitor = visit(width=width, language=language)
    sign_in(visitor, town.dispatcher)
    page = visitor.go("/desk/receptions/")
    assert len(page.evaluate(TOPS)) == 1
    assert not visitor.overflow()

    page.locator(".nav-more summary").focus()
    page.keyboard.press("Enter")
    folder = settings.BASE_DIR / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"desk-navigation-{width}-{language}.png"))
    router = page.locator('.nav-more a[href="/desk/router/"]')
    assert router.is_visible()
    assert not visitor.overflow()
    assert not visitor.axe()
    page.keyboard.press("Escape")
    assert router.is_hidden()


def test_more_says_how_many_messages_are_unread_behind_it(visit: Any, matter: Any) -> None:
    matter.to("in_progress")
    replay_stranded()
    visitor = visit(width=390)
    sign_in(visitor, matter.cast.officer)
    for address in ("/desk/", "/accounts/sessions/"):
        page = visitor.go(address)
        page.wait_for_selector(".nav-more summary .count:visible")
        assert page.inner_text(".nav-more summary .count").split()[-1].isdigit()
        assert not visitor.axe()
        assert visitor.overflow() <= 0
