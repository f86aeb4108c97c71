"""For everybody: axe-core on every page and state, the keyboard alone, elder mode, no sideways scrolling."""

from __future__ import annotations

from typing import Any

import pytest

from petitions.models import Petition
from tests.browser_pages import each, stage
from tests.browser_words import TEXT
from tests.cast import RESIDENT_PHONE


@pytest.mark.parametrize(
    ("width", "language", "display"),
    [
        (390, "zh-hans", {}),
        (390, "en", {"theme": "dark"}),
        (390, "en", {"elder": 1}),
        (390, "zh-hans", {"elder": 1, "text": 30}),
        (1440, "en", {}),
        (1440, "zh-hans", {"theme": "dark"}),
    ],
)
def test_axe_finds_nothing(visit: Any, matter: Any, width: int, language: str, display: dict[str, Any]) -> None:
    references = stage(matter)
    visitor = visit(width=width, language=language)
    visitor.display(**display)
    problems = []
    for name in each(visitor, references):
        problems += visitor.axe()
        if visitor.overflow() > 0:
            problems.append(f"{name} is {visitor.overflow()} px too wide")
        if "elder" in display:
            problems += [f"{name}: {fault}" for fault in _elder_faults(visitor.page)]
        if display.get("text") == 30:
            visitor.page.evaluate(_LONG_WORDS)
            if visitor.overflow() > 0:
                problems.append(f"{name} is {visitor.overflow()} px too wide for long words")
    assert not problems, "\n".join(problems)


# ruff: noqa: E501
# What a name, a street or a translation may be one day: every text of the page becomes one word of 56 letters.
_LONG_WORDS = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts)
    if (text.data.trim() && !text.parentElement.closest("script, select, textarea, .map, .visually-hidden, .trap"))
      text.data = "Donaudampfschifffahrtsgesellschaftskapitaenswitwenrente";
}"""
_FAULTS = """() => {
  const seen = (n) => n.offsetParent && getComputedStyle(n).visibility !== "hidden" && !n.closest(".trap, .skip, .visually-hidden");
  const words = [...document.querySelectorAll("p, li, dt, dd, h1, h2, h3, span, a, button, label, summary, time, small, legend, td, th")]
    .filter((n) => seen(n) && [...n.childNodes].some((c) => c.nodeType === 3 && c.data.trim()));
  const small = words.filter((n) => parseFloat(getComputedStyle(n).fontSize) < 18)
    .map((n) => `text of ${getComputedStyle(n).fontSize}: ${n.outerHTML.slice(0, 100)}`);
  const tight = words.filter((n) => parseFloat(getComputedStyle(n).lineHeight) / parseFloat(getComputedStyle(n).fontSize) < 1.29)
    .map((n) => `lines too close: ${n.outerHTML.slice(0, 100)}`);
  const targets = [...document.querySelectorAll("button, .btn, summary, select, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), nav a, label.check")]
    .filter((n) => seen(n) && n.getBoundingClientRect().height < 59.5)
    .map((n) => `target of ${n.getBoundingClientRect().height} px: ${n.outerHTML.slice(0, 100)}`);
  return [...small, ...tight, ...targets];
}"""


def _elder_faults(page: Any) -> list[str]:
    """Text under 18 px, lines under 1.3, targets under 60 px (MIIT)."""
    return list(page.evaluate(_FAULTS))


def test_the_keyboard_alone_submits(visit: Any) -> None:
    visitor = visit(width=1440)
    page = visitor.go("/submit/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    _tab_to(page, "id_text")
    page.keyboard.insert_text(TEXT)
    _tab_to(page, "id_phone")
    page.keyboard.type(RESIDENT_PHONE)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('form.submit button[type=submit]')"):
            break
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none" or page.evaluate("document.activeElement.type") == "checkbox"
    page.keyboard.press("Enter")
    page.wait_for_url("**/submit/done/")
    assert Petition.objects.count() == 1


def test_three_taps_are_enough(visit: Any) -> None:
    """Whoever knows what to say: the text, the number, send. Counted by the page, from the submit page on."""
    visitor = visit(has_touch=True)
    counted: list[str] = []
    visitor.page.expose_function("counted", lambda tag: counted.append(tag))
    visitor.page.add_init_script("addEventListener('click', (e) => e.isTrusted && counted(e.target.tagName), true)")
    page = visitor.go("/submit/")
    page.tap("#id_text")
    page.keyboard.insert_text(TEXT)
    page.tap("#id_phone")
    page.keyboard.type(RESIDENT_PHONE)
    page.tap("form.submit button[type=submit]")
    page.wait_for_url("**/submit/done/")
    assert counted == ["TEXTAREA", "INPUT", "BUTTON"]
    assert Petition.objects.count() == 1


def _tab_to(page: Any, name: str) -> None:
    for _ in range(30):
        if page.evaluate("document.activeElement.id") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never reaches #{name}")


def test_a_form_sent_twice_is_one_petition(visit: Any) -> None:
    visitor = visit(javascript=False)
    page = visitor.go("/submit/")
    page.fill("#id_text", TEXT)
    page.fill("#id_phone", RESIDENT_PHONE)
    form = {name: page.input_value(f"[name={name}]") for name in ("csrfmiddlewaretoken", "key", "consent_version")}
    for _ in range(2):
        answer = visitor.context.request.post(
            f"{visitor.site}/submit/",
            multipart={**form, "text": TEXT, "phone": RESIDENT_PHONE},
            headers={"Referer": f"{visitor.site}/submit/"},
        )
        assert answer.url.endswith("/submit/done/")
    assert Petition.objects.count() == 1


def test_without_a_line_a_page_that_helps(visit: Any) -> None:
    visitor = visit()
    page = visitor.go("/help/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    visitor.context.set_offline(True)
    page.goto(f"{visitor.site}/follow/")
    assert page.locator("main.page-problem").count() == 1
    visitor.context.set_offline(False)
