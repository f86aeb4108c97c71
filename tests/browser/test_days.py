"""Each role's day in a browser: officer, dispatcher, handler, head, supervisor. No fixed waits."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from desks import tasks
from desks.models import Export, ReplyTemplate
from dispatch.models import WorkOrder
from petitions.models import Attachment, Petition, Routing
from petitions.tasks import replay_stranded
from tests.browser.test_desk_keyboard import sign_in
from tests.desks.conftest import suggest
from tests.petitions.test_answer_files import answer, photo
from tests.petitions.test_attachments import pdf, picture
from tests.walk import LIMIT, Walk, assert_ok

LANGUAGES = ("zh-hans", "en")
DONE = ".toast-success"


def day(visit: Any, user: Any, *, width: int = 1440, language: str = "en") -> Any:
    """Somebody at a desk."""
    visitor = visit(width=width, language=language)
    visitor.page.set_default_timeout(90_000)  # a loaded machine of two cores
    sign_in(visitor, user)
    return visitor


def sound(visitor: Any) -> None:
    """The page as it is now: axe finds nothing, nothing sticks out."""
    visitor.page.wait_for_load_state("load")
    visitor.page.wait_for_function("() => !document.querySelector('.htmx-request')")
    assert visitor.axe() == []
    assert visitor.overflow() <= 0


def shot(name: str, data: bytes) -> dict[str, Any]:
    """A photo as a browser chooses it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def press(page: Any, selector: str) -> None:
    """Click what sends a form, and wait for the page that says it was done."""
    page.click(selector)
    page.wait_for_selector(DONE)


@pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (1440, "en")])
def test_an_officer_enters_registers_merges_and_undoes(visit: Any, matter: Walk, width: int, language: str) -> None:
    main = Walk(matter.cast).to("registered")
    visitor = day(visit, matter.cast.officer, width=width, language=language)
    page = visitor.go("/desk/new/")
    page.select_option("#id_channel", "phone")
    page.fill("#id_text", "电话反映：校门口的井盖坏了。")
    page.fill("#id_phone", "13700001111")
    page.select_option("#id_area", "EB")
    page.check("#id_told")
    press(page, "main form .btn-big")
    petition = Petition.objects.get(channel="phone")
    assert petition.entered_by == matter.cast.officer
    press(page, "#m-register button")
    page.click("#m-merge > summary")
    page.fill("#m-merge input[name=into]", main.petition.spoken_reference)
    page.click("#m-merge button")
    page.wait_for_url("**/merge/**")
    sound(visitor)
    press(page, "form[action$='/moves/merge/'] button")
    petition.refresh_from_db()
    assert petition.merged_into == main.petition
    press(page, "#m-unmerge button")
    petition.refresh_from_db()
    assert petition.state == "registered"
    sound(visitor)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dispatcher_rules_by_keyboard_alone(visit: Any, matter: Walk, language: str) -> None:
    matter.to("in_progress")
    matter.order_act("handler", "request_extension", reason="等待配件", working_days=3)
    visitor = day(visit, matter.cast.dispatcher, language=language)
    page = visitor.go("/desk/?tab=extensions")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/petitions/{matter.reference}/")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('details')?.id.startsWith('m-grant_extension') ?? false"):
            break
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("同意延期。")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(DONE)
    assert matter.order.requests.get().state == "granted"
    page.keyboard.press("u")  # back to the list one came from
    page.wait_for_url("**/desk/?tab=extensions")


@pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (1440, "en")])
def test_a_dispatcher_moves_many_and_takes_the_list_along(visit: Any, matter: Walk, width: int, language: str) -> None:
    for _number in range(2):
        suggest(matter.to("registered").petition, "water", "road")
    visitor = day(visit, matter.cast.dispatcher, width=width, language=language)
    page = visitor.go("/desk/?tab=triage")
    page.check("[data-all]")
    page.select_option("#bulk-move", "assign_first")
    page.click("#bulk button")
    page.wait_for_url("**/desk/bulk/")
    sound(visitor)
    page.click("form.bulk-run .btn-big")
    page.wait_for_selector(".actions > a.btn[href^='/desk/']:only-child")  # what came of it
    sound(visitor)
    assert WorkOrder.objects.filter(department__code="water").count() == 2
    page = visitor.go("/desk/?tab=all")
    page.click(".export-view > summary")
    page.check("input[name=format][value=xlsx]")
    page.click(".export-view button")
    page.wait_for_selector("#exports[hx-trigger] tbody tr")  # asked for, not written yet
    sound(visitor)
    tasks.export(Export.objects.get().pk)  # the worker
    page.wait_for_selector("#exports:not([hx-trigger]) a[href$='/file/']")  # by itself
    sound(visitor)
    with page.expect_download() as fetched:
        page.click("a[href$='/file/']")
    assert fetched.value.suggested_filename.endswith(".xlsx")


def test_two_dispatchers_at_once_one_wins_and_nothing_typed_is_lost(visit: Any, matter: Walk) -> None:
    suggest(matter.to("registered").petition, "water", "road")
    first = day(visit, matter.cast.dispatcher)
    second = day(visit, matter.cast.far_officer)
    second.context.clear_cookies()
    sign_in(second, matter.cast.officer)
    page = first.go(f"/desk/petitions/{matter.reference}/?open=assign")
    page.fill("#m-assign textarea[name=note]", "请水务局两天内到现场，写了很久。")
    other = second.go(f"/desk/petitions/{matter.reference}/")
    assert other.locator(".presence-who b").inner_text() == "Dispatcher"
    matter.act("dispatcher", "assign", units=["road"])  # by the API, meanwhile
    page.evaluate("htmx.trigger('#presence', 'fresh')")
    page.wait_for_selector("#presence .note")
    assert page.input_value("#m-assign textarea[name=note]").startswith("请水务局")
    sound(first)
    page.select_option("#m-assign select[name=units] >> nth=0", "water")
    page.click("#m-assign form button.btn:not([type=button])")
    page.wait_for_selector(".note-ask[role=alert] .said")
    assert "写了很久" in page.inner_text(".note-ask[role=alert]")
    assert WorkOrder.objects.get().department.code == "road"


@pytest.mark.parametrize("width", [390, 1440])
def test_a_handler_signs_and_drafts_in_four_clicks(visit: Any, matter: Walk, width: int) -> None:
    ReplyTemplate.objects.create(name="标准答复", text="您的诉求 {reference} 已由{unit}核实。")
    Walk(matter.cast).to("assigned")  # another one waits too: what was signed for leaves the list
    matter.to("assigned")
    visitor = day(visit, matter.cast.handler, width=width)
    page = visitor.go("/desk/unit/")
    sound(visitor)
    press(page, f"#o-{matter.order.pk} form[action$='/sign/'] button")  # 1
    page.click("a[href*='open=draft_reply']")  # 2
    form = f"#m-draft_reply-{matter.order.pk}"
    page.fill(f"{form} textarea[name=text]", "已清淤，井盖已更换，下周一复查。")
    page.set_input_files(f"{form} input[type=file]", [shot("done.jpg", picture())])
    page.select_option(f"{form} select[name=result_class]", "a")  # 3
    press(page, f"{form} button.btn:not([type=button])")  # 4
    assert matter.order.replies.get().state == "draft"
    page.click(f"{form} summary")
    assert page.locator(f"{form} .answer-files a[href]").inner_text().strip() == "done.jpg"
    page.set_input_files(
        f"{form} input[type=file]", [shot("b.jpg", b"no picture"), shot("c.jpg", picture(size=(9, 9)))]
    )
    page.click(f"{form} button.btn:not([type=button])")
    page.wait_for_selector(f"{form} input[aria-invalid]")  # one of the two is no picture; the other is kept
    sound(visitor)
    assert page.locator(f"{form} .answer-files li").count() == 2


@pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (1440, "en")])
def test_a_head_signs_the_draft_and_reads_what_was_said(visit: Any, matter: Walk, width: int, language: str) -> None:
    matter.to("awaiting_evaluation")
    matter.mine("evaluate", process="satisfied", result="satisfied", comment="谢谢，很快。")
    matter.to("in_progress")
    assert_ok(
        answer(matter, "handler", "draft_reply", photo(40, "wrong.jpg"), photo(data=pdf(), name="清淤验收单.pdf"))
    )
    visitor = day(visit, matter.cast.head, width=width, language=language)
    page = visitor.go("/desk/unit/?tab=said")
    assert "谢谢，很快。" in page.inner_text("main")
    sound(visitor)
    page = visitor.go("/desk/unit/?tab=answer")
    page.click("a[href*='open=reply']")
    form = f"#m-reply-{matter.order.pk}"
    assert page.input_value(f"{form} textarea[name=text]") == LIMIT["text"]
    sound(visitor)
    with page.expect_download() as opened:
        page.click(f"{form} .answer-files a[href]:has-text('清淤')")
    assert opened.value.suggested_filename == "清淤验收单.pdf"
    page.click(f"{form} .answer-files label:has-text('wrong.jpg')")
    press(page, f"{form} button.btn:not([type=button])")
    assert matter.petition.state == "replied"
    assert [file.name for file in Attachment.objects.filter(reply__state="signed")] == ["清淤验收单.pdf"]


def test_a_unit_asks_to_return_with_reasons(visit: Any, matter: Walk) -> None:
    matter.to("assigned")
    visitor = day(visit, matter.cast.handler, width=390, language="zh-hans")
    page = visitor.go(f"/desk/petitions/{matter.reference}/?open=request_return-{matter.order.pk}")
    form = f"#m-request_return-{matter.order.pk}"
    page.fill(f"{form} textarea[name=reason]", "井盖属交通局管理。")
    page.select_option(f"{form} select[name=proposed_unit]", "road")
    press(page, f"{form} button.btn:not([type=button])")
    assert matter.order.state == "return_requested"


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1440, "zh-hans")])
def test_a_supervisor_watches_and_urges(visit: Any, matter: Walk, width: int, language: str) -> None:
    matter.to("in_progress")
    WorkOrder.objects.update(internal_due_at=timezone.now() - timedelta(days=2))
    visitor = day(visit, matter.cast.supervisor, width=width, language=language)
    page = visitor.go("/desk/supervision/")
    sound(visitor)
    page = visitor.go(f"/desk/petitions/{matter.reference}/")
    page.click("details.move:has(#watch-look_back_on) > summary")
    page.fill("#watch-look_back_on", str(timezone.localdate() + timedelta(days=20)))
    page.click("details.move:has(#watch-look_back_on) button")
    page.wait_for_selector(DONE)
    assert matter.petition.watch.supervisor == matter.cast.supervisor
    page.click(f"#m-urge-{matter.order.pk} > summary")
    page.fill(f"#m-urge-{matter.order.pk} textarea", "请本周内办结。")
    press(page, f"#m-urge-{matter.order.pk} button.btn:not([type=button])")
    assert matter.order.urged_count == 1


def test_what_is_unread_is_counted_in_the_navigation(visit: Any, matter: Walk) -> None:
    matter.to("in_progress")
    replay_stranded()
    visitor = day(visit, matter.cast.officer, width=1440, language="en")
    page = visitor.go("/desk/")
    page.wait_for_selector(".nav-unread .count:visible")
    assert page.inner_text(".nav-unread .count:visible").split()[-1].isdigit()


@pytest.mark.parametrize("width", [390, 1440])
def test_figures_are_read_from_chart_and_table(visit: Any, matter: Walk, width: int) -> None:
    matter.to("awaiting_evaluation")
    visitor = day(visit, matter.cast.supervisor, width=width)
    page = visitor.go("/insights/")
    page.wait_for_selector("[data-chart] canvas")
    parts = """(chart) => ["legend", "tooltip"].filter(
        (part) => echarts.getInstanceByDom(chart).getModel().getComponent(part))"""
    assert page.eval_on_selector("[data-chart=counts]", parts) == ["legend", "tooltip"]
    cells = page.locator("#t-month tbody tr").first.locator("th, td")
    boxes = [cells.nth(number).bounding_box() for number in range(3)]
    assert len({box["y"] for box in boxes if box}) == 1, "a line of the table stands in one row"
    edges = [(box["x"], box["x"] + box["width"]) for box in boxes if box]
    assert all(end <= start + 1 for (_, end), (start, _) in pairwise(edges))
    names = page.locator("#t-unit tbody th")
    assert all(names.nth(number).evaluate("e => e.scrollWidth <= e.clientWidth") for number in range(names.count()))
    sound(visitor)


def test_a_long_reason_does_not_widen_a_phones_page(visit: Any, matter: Walk) -> None:
    petition = suggest(matter.to("registered").petition, "water", "road")
    units = petition.routing.departments
    for each in units:
        each["reasons"] = [{"code": "keywords", "words": ["下水道", "井盖", "污水横流"] * 4, "category": "drain"}] * 2
    Routing.objects.filter(petition=petition).update(departments=units)
    visitor = day(visit, matter.cast.dispatcher, width=390)
    page = visitor.go(f"/desk/petitions/{matter.reference}/")
    assert page.locator(".why").count() == 2
    sound(visitor)


def test_filters_unfold_where_they_are_and_the_tab_keeps_the_focus(visit: Any, matter: Walk) -> None:
    matter.to("registered")
    visitor = day(visit, matter.cast.dispatcher)
    page = visitor.go("/desk/?tab=all")
    before = page.locator(".more-filters > summary").bounding_box()
    page.click(".more-filters > summary")
    page.wait_for_selector("#f-urgency")
    assert page.locator(".more-filters > summary").bounding_box() == before
    sound(visitor)
    page.focus("#tab-supervised")
    page.keyboard.press("Enter")
    page.wait_for_selector("#tab-supervised[aria-current]")
    page.wait_for_function("() => document.activeElement.id === 'tab-supervised'")


def test_the_present_tab_is_in_sight_on_a_phone(visit: Any, matter: Walk) -> None:
    matter.to("registered")
    visitor = day(visit, matter.cast.dispatcher, width=390)
    page = visitor.go("/desk/?tab=supervised")
    page.wait_for_function("() => document.querySelector('.tabs ul').scrollLeft > 0")
    box = page.locator("#tab-supervised").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
