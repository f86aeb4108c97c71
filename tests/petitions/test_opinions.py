"""What a co-unit (协办) gives the unit that leads: an opinion, of words alone."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from dispatch.actions import CannotReply
from dispatch.models import Reply
from journal.models import Entry
from petitions import actions
from tests.walk import LIMIT, assert_ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def opines(walk):
    """Water leads and is at work; the order is that of the road unit, asked for its opinion."""
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water"], co_units=["road"]))
    assert_ok(walk.order_act("handler", "sign", walk.order_of("water")))
    assert_ok(walk.order_act("road_handler", "sign", walk.order_of("road")))
    return walk.order_of("road")


@pytest.mark.parametrize("who", ["road_handler", "road_head"])
@pytest.mark.parametrize(("move", "values"), [("contact", {"note": "已电。"}), ("propose_ledger", {"reason": "难。"})])
def test_contact_and_the_ledger_are_for_the_unit_that_leads(walk, opines, who, move, values):
    def offered(who, order):
        orders = walk.api(who).get(f"/api/v1/petitions/{walk.reference}/").json()["orders"]
        assert [each["id"] for each in orders] == [order.pk]
        return {each["name"] for each in orders[0]["moves"]}

    assert move not in offered(who, opines)
    assert {"draft_reply", "request_extension", "hand_to"} <= offered(who, opines)
    assert move in offered("handler", walk.order_of("water"))
    before = walk.actions_so_far()

    answer = walk.order_act(who, move, opines, **values)

    assert answer.status_code == 409
    assert "is for the unit that leads: a co-unit gives that unit its opinion." in answer.json()["detail"]
    assert walk.actions_so_far() == before
    order = walk.order_of("road")
    assert (order.contacted_at, order.state, order.requests.count()) == (None, "signed", 0)
    assert_ok(walk.order_act("handler", move, walk.order_of("water"), **values))


@pytest.mark.parametrize("sent", [{}, {"result_class": "b", "promised_on": "2000-01-01"}, {"result_class": "?"}])
def test_an_opinion_is_words_alone_whatever_else_is_sent(walk, opines, sent):
    assert_ok(walk.order_act("road_handler", "draft_reply", opines, text="初稿。", **sent))
    assert Reply.objects.values_list("opinion", "result_class", "promised_on").get() == (True, "", None)

    answer = assert_ok(walk.order_act("road_head", "reply", opines, text="建议一并修复。", **sent)).json()

    assert "hints" not in answer
    assert answer["state"] == "replied"
    shown = walk.api("road_head").get(f"/api/v1/petitions/{walk.reference}/").json()["replies"]
    assert [(each["opinion"], each["text"], each["result_class"], each["class_label"]) for each in shown] == [
        (True, "建议一并修复。", "", "")
    ]
    entry = Entry.objects.get(action="reply")
    assert entry.data == {"order": opines.pk, "unit": "road", "kind": "co", "reply": shown[0]["id"], "opinion": True}


def test_an_opinion_takes_no_other_field_and_needs_its_words(walk, opines):
    answer = walk.order_act("road_head", "reply", opines, text="意见。", resultclass="a")
    assert [error["field"] for error in answer.json()["errors"]] == ["resultclass"]
    answer = walk.order_act("road_head", "reply", opines, result_class="a")
    assert [error["field"] for error in answer.json()["errors"]] == ["text"]
    assert Reply.objects.count() == 0


def test_the_unit_that_leads_answers_with_a_class(walk, opines):
    lead = walk.order_of("water")
    answer = walk.order_act("head", "reply", lead, text="已清淤。")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["result_class"]
    with pytest.raises(CannotReply):
        actions.reply(order=lead, by=walk.cast.head, now=timezone.now(), text="已清淤。")
    for classed in ({"opinion": False}, {"opinion": True, "result_class": "a"}):
        with pytest.raises(IntegrityError, match="reply_classed_unless_opinion"), transaction.atomic():
            Reply.objects.create(
                order=lead, state="draft", text="x", drafted_by=walk.cast.head, drafted_at=timezone.now(), **classed
            )
    assert_ok(walk.order_act("head", "reply", lead, **LIMIT))
    assert Reply.objects.values_list("opinion", "result_class").get() == (False, "a")


def test_opinions_from_before_are_marked_and_lose_their_class(walk, opines):
    head, now = walk.cast.road_head, timezone.now()
    said = {"text": "x", "result_class": "b", "promised_on": "2026-01-01", "drafted_by": head, "drafted_at": now}
    signed = {"state": "signed", "signed_by": head, "signed_at": now, **said}
    old = Reply.objects.create(order=opines, **signed)
    lead = Reply.objects.create(order=walk.order_of("water"), **signed)
    draft = Reply.objects.create(order=opines, state="draft", **said)

    for _twice in range(2):
        with connection.schema_editor() as editor:
            import_module("dispatch.migrations.0006_opinions_marked").mark(apps, editor)

    old.refresh_from_db()
    lead.refresh_from_db()
    assert (old.opinion, old.result_class, old.promised_on) == (True, "", None)
    assert (lead.opinion, lead.result_class, str(lead.promised_on)) == (False, "b", "2026-01-01")
    draft.refresh_from_db()
    assert (draft.opinion, draft.result_class) == (False, "b")  # yesterday's code may be writing it

    assert_ok(walk.order_act("road_head", "reply", opines, text="建议一并修复。"))

    draft.refresh_from_db()
    assert (draft.opinion, draft.result_class, draft.promised_on, draft.state) == (True, "", None, "signed")
