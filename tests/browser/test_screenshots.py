"""`make screenshots`: every page and state in both widths and languages, light, dark and elder, to var/screenshots/."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.conf import settings

from tests.browser.test_desk_keyboard import sign_in
from tests.browser_pages import desks, each, stage

pytestmark = pytest.mark.skipif(os.environ.get("SCREENSHOTS") != "1", reason="only by `make screenshots`")
FOLDER = settings.BASE_DIR / "var" / "screenshots"


@pytest.mark.parametrize(
    ("name", "width", "language", "display"),
    [
        ("phone-zh", 390, "zh-hans", {}),
        ("phone-en", 390, "en", {}),
        ("phone-zh-elder", 390, "zh-hans", {"elder": 1}),
        ("phone-en-dark", 390, "en", {"theme": "dark"}),
        ("desk-zh", 1440, "zh-hans", {}),
        ("desk-en", 1440, "en", {}),
    ],
)
def test_screenshots(visit: Any, matter: Any, name: str, width: int, language: str, display: dict[str, Any]) -> None:
    references = stage(matter)
    visitor = visit(width=width, language=language)
    visitor.display(**display)
    (FOLDER / name).mkdir(parents=True, exist_ok=True)
    for shown in each(visitor, references):
        visitor.page.screenshot(path=str(FOLDER / name / f"{shown}.png"), full_page=True)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_screenshots_of_the_desks(visit: Any, matter: Any, width: int, language: str) -> None:
    folder = FOLDER / f"staff-{width}-{language}"
    folder.mkdir(parents=True, exist_ok=True)
    for who, name, address in desks(matter):
        visitor = visit(width=width, language=language)
        sign_in(visitor, getattr(matter.cast, who))
        page = visitor.go(address)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=str(folder / f"{name}.png"), full_page=True)
