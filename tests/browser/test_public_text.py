"""The public text in a browser: written, refused, mended and proposed on one page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.test_days import day, press, sound
from tests.cast import RESIDENT_PHONE
from tests.walk import Walk


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1440, "zh-hans")])
def test_an_officer_checks_a_reply_and_writes_the_public_text(
    visit: Any, matter: Walk, width: int, language: str
) -> None:
    matter.to("replied")
    visitor = day(visit, matter.cast.officer, width=width, language=language)
    page = visitor.go(f"/desk/petitions/{matter.reference}/public-text/")
    page.fill("#pt-text", matter.petition.text.replace("孩子们", "行人"))
    page.wait_for_selector("#changes ins")
    sound(visitor)
    page.fill("#pt-text", page.input_value("#pt-text") + RESIDENT_PHONE)
    page.click("form.pair .btn:not(.btn-second)")
    page.wait_for_selector("#pt-text-e")  # the sentence at its field, on the same page
    sound(visitor)
    assert page.evaluate("() => document.activeElement.id") == "pt-text"
    assert page.input_value("#pt-text").endswith(RESIDENT_PHONE)
    page.fill("#pt-text", page.input_value("#pt-text").removesuffix(RESIDENT_PHONE))
    press(page, "form.pair .btn:not(.btn-second)")
    assert matter.petition.public_text.count("行人") == 1
    page.click("#m-approve_reply > summary")
    press(page, "#m-approve_reply form .btn")
    assert matter.petition.state == "awaiting_evaluation"
