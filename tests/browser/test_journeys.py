"""What residents do, on a phone and on a desk, in both languages, with and without script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from petitions.models import Evaluation, Petition
from tests.browser_words import TEXT
from tests.cast import RESIDENT_PHONE

pytestmark = pytest.mark.parametrize(
    ("width", "language"), [(390, "zh-hans"), (390, "en"), (1440, "zh-hans"), (1440, "en")]
)
SEND = "form.submit button[type=submit]"


@pytest.mark.parametrize("javascript", [True, False])
def test_submit_and_see_it(visit: Any, width: int, language: str, javascript: bool) -> None:
    visitor = visit(width=width, language=language, javascript=javascript)
    page = visitor.go("/")
    page.click("main a[href='/submit/']")
    page.fill("#id_text", TEXT)
    page.fill("#id_phone", RESIDENT_PHONE)
    page.click(SEND)
    page.wait_for_url("**/submit/done/")
    petition = Petition.objects.get()
    assert petition.spoken_reference in page.inner_text(".ticket-number")
    page.click(f"a[href='/petitions/{petition.reference}/']")
    assert TEXT in page.inner_text(".said-by-you")
    assert RESIDENT_PHONE not in page.url


def test_follow_and_judge_in_two_taps_without_script(visit: Any, matter: Any, width: int, language: str) -> None:
    reference = matter.to("awaiting_evaluation").reference
    visitor = visit(width=width, language=language, javascript=False)
    page = visitor.go("/follow/")
    page.fill("#id_reference", f"{reference[:5]} {reference[5:].lower()}")
    page.fill("#id_phone_tail", RESIDENT_PHONE[-4:])
    page.click("main form .btn-big")
    page.wait_for_url(f"**/petitions/{reference}/")
    page.check("#id_process_0")
    page.click("#judge button[name=result][value=satisfied]")
    page.wait_for_url(f"**/petitions/{reference}/")
    assert Evaluation.objects.get().result == "satisfied"
    assert Petition.objects.get().state == "concluded"


def test_dissatisfied_is_asked_why(visit: Any, matter: Any, width: int, language: str) -> None:
    reference = matter.to("awaiting_evaluation").reference
    visitor = visit(width=width, language=language)
    page = visitor.go(f"/follow/?reference={reference}")
    page.fill("#id_phone_tail", RESIDENT_PHONE[-4:])
    page.click("main form .btn-big")
    page.check("#id_process_0")
    page.click("#judge button[value=dissatisfied]")
    page.wait_for_selector("#id_comment")
    assert not Evaluation.objects.exists()
    page.fill("#id_comment", "还是堵的")
    page.click("#judge .btn-big")
    page.wait_for_selector(".toast-success")
    assert Evaluation.objects.get().comment == "还是堵的"


def test_a_draft_survives_a_reload_and_a_validation_error(visit: Any, width: int, language: str) -> None:
    visitor = visit(width=width, language=language)
    page = visitor.go("/submit/")
    page.fill("#id_text", TEXT)
    page.fill("#id_address", "东岸路1号")
    page.wait_for_timeout(500)
    page.reload()
    assert page.input_value("#id_text") == TEXT
    page.fill("#id_phone", "12")
    page.click(SEND)
    page.wait_for_selector(".summary-bad")
    assert page.input_value("#id_text") == TEXT
    assert page.input_value("#id_address") == "东岸路1号"
    page.fill("#id_phone", RESIDENT_PHONE)
    page.click(SEND)
    page.wait_for_url("**/submit/done/")
    assert visitor.go("/submit/").input_value("#id_text") == ""


def test_a_lost_connection_keeps_the_draft(visit: Any, width: int, language: str) -> None:
    visitor = visit(width=width, language=language)
    page = visitor.go("/submit/")
    page.fill("#id_text", TEXT)
    page.fill("#id_phone", RESIDENT_PHONE)
    visitor.context.set_offline(True)
    page.click(SEND)
    page.wait_for_selector("[data-failed]:not([hidden])")
    visitor.context.set_offline(False)
    page.click(SEND)
    page.wait_for_url("**/submit/done/")
    assert Petition.objects.count() == 1


def test_an_accusation_is_explained_before_it_is_sent(visit: Any, width: int, language: str) -> None:
    visitor = visit(width=width, language=language)
    page = visitor.go("/submit/")
    page.fill("#id_text", "村主任贪污工程款，请查处")
    page.fill("#id_phone", RESIDENT_PHONE)
    page.click(SEND)
    page.wait_for_selector("h1 + .note-ask, .note-ask[role=alert]")
    assert not Petition.objects.exists()
    page.click(SEND)
    page.wait_for_url("**/submit/done/")
    petition = Petition.objects.get()
    assert petition.restricted
    assert petition.kind == "accusation"


def test_photos_are_seen_removed_and_sent(visit: Any, width: int, language: str, tmp_path: Path) -> None:
    for name, colour in (("one.jpg", "red"), ("two.jpg", "blue")):
        Image.new("RGB", (60, 40), colour).save(tmp_path / name)
    visitor = visit(width=width, language=language)
    page = visitor.go("/submit/")
    page.set_input_files("[name=photos]", [tmp_path / "one.jpg", tmp_path / "two.jpg"])
    assert page.locator("[data-previews] li").count() == 2
    page.click("[data-previews] li:first-child button")
    assert page.locator("[data-previews] li").count() == 1
    page.fill("#id_text", TEXT)
    page.fill("#id_phone", RESIDENT_PHONE)
    page.click(SEND)
    page.wait_for_url("**/submit/done/")
    assert [each.name for each in Petition.objects.get().attachments.all()] == ["two.jpg"]


def test_a_suggestion_can_be_chosen(visit: Any, width: int, language: str) -> None:
    visitor = visit(width=width, language=language)
    page = visitor.go("/submit/")
    page.locator("#id_text").press_sequentially("学校门口下水道堵了，井盖也坏了", delay=5)
    page.click("[data-category=drain]")
    assert page.input_value("#id_category") == "drain"
    assert page.get_attribute("[data-category=drain]", "aria-pressed") == "true"


def test_withdraw_and_supplement(visit: Any, matter: Any, width: int, language: str) -> None:
    reference = matter.to("registered").reference
    visitor = visit(width=width, language=language, javascript=False)
    page = visitor.go(f"/follow/?reference={reference}")
    page.fill("#id_phone_tail", RESIDENT_PHONE[-4:])
    page.click("main form .btn-big")
    page.click("form[action$='supplement/'] >> xpath=ancestor::details/summary")
    page.fill("#id_text", "昨天又积水了")
    page.click("form[action$='supplement/'] .btn")
    page.wait_for_selector(".toast-success")
    assert "昨天又积水了" in page.inner_text(".timeline")
    page.click("form[action$='withdraw/'] >> xpath=ancestor::details/summary")
    page.click("form[action$='withdraw/'] .btn-bad")
    page.wait_for_selector(".toast-success")
    assert Petition.objects.get().state == "withdrawn"


def test_wrong_digits_tell_nothing(visit: Any, matter: Any, width: int, language: str) -> None:
    reference = matter.to("submitted").reference
    visitor = visit(width=width, language=language, javascript=False)
    said = set()
    for wanted in (reference, "2222222222"[:9] + "2"):
        page = visitor.go("/follow/")
        page.fill("#id_reference", wanted)
        page.fill("#id_phone_tail", "0000")
        page.click("main form .btn-big")
        said.add(page.inner_text("[role=alert]") if page.locator("[role=alert]").count() else "slip")
    assert "slip" in said or len(said) == 1
    assert visitor.go(f"/petitions/{reference}/").url.endswith(f"/follow/?reference={reference}")


def test_elder_mode_and_language_without_script(visit: Any, width: int, language: str) -> None:
    visitor = visit(width=width, language=language, javascript=False)
    page = visitor.go("/help/")
    page.click("[name=set][value='elder:1']")
    assert page.get_attribute("html", "data-elder") is not None
    for _ in range(4):  # 20, 22, 24, 27, 30
        page.click("details.menu summary")
        page.click("[name=set][value^='text:']:not([disabled]) >> nth=-1")
    assert page.get_attribute("html", "data-text") == "30"
    page.click("button[name=language]")
    assert page.get_attribute("html", "lang") == ("zh-hans" if language == "en" else "en")
    assert page.url.endswith("/help/")
    shown = "nodes => nodes.filter(n => n.offsetParent).map(n => parseFloat(getComputedStyle(n).fontSize))"
    assert min(page.eval_on_selector_all("p, li, h1, h2, a, span, button, summary", shown)) >= 18
    assert visitor.overflow() <= 0
