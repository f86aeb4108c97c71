"""Urging in bulk: to the orders of each matter; the preview knows who may urge, whom, and the pauses between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.models import WorkOrder
from tests.desks.bulkform import chosen, kept, post, urged
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db


def preview_and_run(client, petition) -> tuple[str, str]:
    """The preview, and the run of every row, whatever the preview said of it."""
    rows = chosen([petition])
    return post(client, "urge", rows), post(client, "urge", rows, step="run", note="Please hurry.")


def test_urging_goes_to_the_orders(sit, walk):
    walk.to("in_progress")
    data = {"move": "urge", "step": "run", "row": chosen([walk.petition]), "note": "Please hurry."}
    page = sit("officer").post("/desk/bulk/", data).content.decode()
    assert "1 was done" in page
    assert walk.order.urged_count == 1


def test_all_units_that_handle_it_separately_are_urged(sit, walk):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water", "road"]))
    preview, result = preview_and_run(sit("officer"), walk.petition)
    assert "Urge the units: Water Bureau, Road Bureau" in preview
    assert "1 was done" in result
    assert urged(walk.petition) == {"water": 1, "road": 1}


def test_a_unit_that_helps_is_not_urged(sit, walk):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water"], co_units=["park"]))
    preview, _result = preview_and_run(sit("officer"), walk.petition)
    assert "Parks Bureau" not in preview
    assert urged(walk.petition) == {"water": 1, "park": 0}


def test_the_preview_knows_the_pause_of_a_day(sit, walk):
    walk.to("in_progress")
    assert_ok(walk.order_act("officer", "urge", note="Please hurry."))
    preview, result = preview_and_run(sit("officer"), walk.petition)
    for page in (preview, result):
        assert "Water Bureau: The unit was urged less than 24 hours ago." in page
        assert kept(page) == []
    assert "Please hurry." in result
    assert urged(walk.petition) == {"water": 1}
    WorkOrder.objects.update(urged_at=timezone.now() - timedelta(hours=24))
    preview, result = preview_and_run(sit("officer"), walk.petition)
    assert len(kept(preview)) == 1
    assert urged(walk.petition) == {"water": 2}


def test_of_two_units_the_one_that_may_be_urged_is(sit, walk):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water", "road"]))
    assert_ok(walk.order_act("officer", "urge", walk.order_of("water"), note="Please hurry."))
    preview, result = preview_and_run(sit("officer"), walk.petition)
    assert "Road Bureau · Water Bureau: The unit was urged less than 24 hours ago." in preview
    assert "1 was done" in result
    assert urged(walk.petition) == {"water": 1, "road": 1}


def test_the_preview_knows_in_which_state_a_unit_is_not_urged(sit, walk):
    walk.to("in_progress")
    assert_ok(walk.order_act("handler", "request_return", reason="Not ours."))
    preview, result = preview_and_run(sit("officer"), walk.petition)
    for page in (preview, result):
        assert "the work order is “Return asked for”" in page
        assert kept(page) == []
    assert urged(walk.petition) == {"water": 0}


def test_the_preview_knows_who_may_urge(sit, walk):
    """A station's head reads its matters, but urges none; the same person does, as the officer of another."""
    walk.to("in_progress")
    east = walk.cast.station["east"]
    east.head = walk.cast.far_officer
    east.save()
    preview, result = preview_and_run(sit("far_officer"), walk.petition)
    for page in (preview, result):
        assert "“Urge” is not yours to do on this work order." in page
        assert kept(page) == []
    assert urged(walk.petition) == {"water": 0}


def test_a_deputy_urges_one_unit_and_then_pauses(sit, walk):
    walk.submit(deputy="D1")
    assert_ok(walk.act("dispatcher", "assign", units=["water", "road"]))
    preview, result = preview_and_run(sit("deputy"), walk.petition)
    assert "Urge the units: Water Bureau · Road Bureau: A deputy urges one unit of a matter at a time." in preview
    assert "1 was done" in result
    assert urged(walk.petition) == {"water": 1, "road": 0}
    preview, result = preview_and_run(sit("deputy"), walk.petition)
    for page in (preview, result):
        assert "A deputy urged this matter less than 5 working days ago" in page
        assert kept(page) == []
    assert urged(walk.petition) == {"water": 1, "road": 0}


def test_a_matter_with_no_unit_has_nobody_to_urge(sit, walk):
    walk.to("registered")
    preview, result = preview_and_run(sit("officer"), walk.petition)
    assert "there is nobody to urge" in preview
    assert "0 were done" in result
