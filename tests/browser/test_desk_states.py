"""The answers of the desks that no address leads to: previews, results, what was refused, what went elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dispatch.models import WorkOrder
from tests.browser.test_days import day, sound
from tests.desks.conftest import suggest
from tests.walk import Walk, assert_ok

EVERY = pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (390, "en"), (1440, "zh-hans"), (1440, "en")])
WORDS = "已与物业联系，周五到现场查看。"


def answered(page: Any, selector: str) -> int:
    """Send the form of a button and return the status of the page that comes."""
    with page.expect_navigation() as going:
        page.click(selector)
    return int(going.value.status)


@EVERY
def test_a_bulk_move_before_and_after(visit: Any, matter: Walk, width: int, language: str) -> None:
    matter.to("registered")
    slower = Walk(matter.cast).to("registered")
    visitor = day(visit, matter.cast.dispatcher, width=width, language=language)
    page = visitor.go("/desk/?tab=triage")
    for walk in (matter, slower):
        page.check(f"#r-{walk.reference} input[name=row]")
    page.select_option("#bulk-move", "note")
    assert answered(page, "#bulk .btn") == 200
    sound(visitor)
    page.fill(".bulk-run textarea", WORDS)
    assert_ok(slower.act("officer", "note", text="刚才看过。"))
    assert answered(page, ".bulk-run .btn-big") == 200
    sound(visitor)
    assert page.input_value(".bulk-run textarea") == WORDS
    assert page.locator(".bulk-run input[name=row]").count() == 1
    assert answered(page, ".bulk-run .btn-big") == 200
    sound(visitor)
    assert slower.actions_so_far().count("note") == 2


@EVERY
def test_a_form_that_comes_back(visit: Any, matter: Walk, width: int, language: str) -> None:
    suggest(matter.to("registered").petition, "water")
    visitor = day(visit, matter.cast.dispatcher, width=width, language=language)
    page = visitor.go(f"/desk/petitions/{matter.reference}/")
    page.click("#m-decline > summary")
    page.fill("#decline-reason", "   ")
    assert answered(page, "#m-decline form .btn") == 422
    sound(visitor)
    page.click("#m-note > summary")
    page.fill("#note-text", WORDS)
    assert_ok(matter.act("officer", "note", text="刚才看过。"))
    assert answered(page, "#m-note form .btn") == 409
    sound(visitor)
    assert page.input_value("#note-text") == WORDS


@EVERY
def test_a_reply_to_what_went_elsewhere(visit: Any, matter: Walk, width: int, language: str) -> None:
    matter.to("in_progress")
    form = f"#m-reply-{matter.order.pk}"
    visitor = day(visit, matter.cast.head, width=width, language=language)
    page = visitor.go(f"/desk/petitions/{matter.reference}/")
    page.click(f"{form} > summary")
    page.fill(f"{form} textarea", WORDS)
    page.select_option(f"{form} select[name=result_class]", "a")
    assert_ok(matter.act("dispatcher", "reassign", units=["road"], note="属道路养护。"))
    assert answered(page, f"{form} form button.btn:not(.btn-quiet)") == 404
    sound(visitor)
    assert page.input_value("#typed-1") == WORDS


@EVERY
def test_supervision_with_nothing_and_after_urging(visit: Any, matter: Walk, width: int, language: str) -> None:
    visitor = day(visit, matter.cast.supervisor, width=width, language=language)
    page = visitor.go("/desk/supervision/")
    sound(visitor)
    matter.to("in_progress")
    WorkOrder.objects.filter(pk=matter.order.pk).update(internal_due_at=timezone.now() - timedelta(days=2))
    page.reload()
    page.check("#urge input[name=order]")
    page.fill("#urge-note", WORDS)
    assert answered(page, "#urge .btn:last-child") == 200
    sound(visitor)
    assert matter.order.urged_count == 1


@EVERY
def test_an_inbox_with_nothing(visit: Any, town: Any, width: int, language: str) -> None:
    visitor = day(visit, town.road_head, width=width, language=language)
    visitor.go("/desk/unit/")
    sound(visitor)
    visitor.go("/desk/unit/?tab=answered")
    sound(visitor)
