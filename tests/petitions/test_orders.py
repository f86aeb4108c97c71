"""What a unit does with its order, and the rulings on what it asks for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directory.queries import calendar
from dispatch.models import Reply, Request, WorkOrder
from journal.models import Entry
from petitions.models import Petition
from tests.walk import LIMIT, assert_ok

pytestmark = pytest.mark.django_db


def in_working_days(days):
    return calendar().add_working_days(timezone.now(), days)


def moves(answer):
    return {move["name"] for move in answer.json()["moves"]}


def test_who_signs_becomes_the_handler(walk):
    walk.to("assigned")

    answer = assert_ok(walk.order_act("handler", "sign"))

    assert (walk.order.state, walk.order.handler, walk.petition.state) == (
        "signed", walk.cast.handler, "in_progress",
    )  # fmt: skip
    assert walk.petition.due_at == walk.order.internal_due_at
    assert answer.json()["handler"] == "handler"
    assert moves(answer) == {
        "hand_to", "contact", "request_return", "request_extension", "propose_ledger", "draft_reply",
    }  # fmt: skip


def test_an_order_is_handed_to_colleagues_only(walk):
    walk.to("in_progress")

    assert_ok(walk.order_act("handler", "hand_to", handler="head"))
    assert walk.order.handler == walk.cast.head

    for stranger in ("road_handler", "nobody", "resident"):
        answer = walk.order_act("handler", "hand_to", handler=stranger)
        assert answer.json()["errors"][0]["field"] == "handler"


def test_the_first_contact_counts(walk):
    walk.to("in_progress")
    assert_ok(walk.order_act("handler", "contact", note="已致电。"))
    first = walk.order.contacted_at

    assert_ok(walk.order_act("handler", "contact"))

    assert walk.order.contacted_at == first
    assert walk.actions_so_far().count("contact") == 2


def test_a_return_is_asked_for_once_and_granted(walk):
    walk.to("assigned")
    assert_ok(walk.order_act("handler", "request_return", reason="属交通局。", proposed_unit="road"))
    request = Request.objects.get()
    assert (walk.order.state, request.proposed_unit.code) == ("return_requested", "road")
    assert request.rule_due_at == walk.order.alert_at == in_working_days(1)

    assert_ok(walk.order_act("dispatcher", "grant_return"))

    petition = walk.petition
    assert (petition.state, petition.lead_unit, petition.due_at) == ("registered", None, in_working_days(2))
    assert WorkOrder.objects.get().state == "returned"
    assert walk.api("handler").get(f"/api/v1/petitions/{walk.reference}/").status_code == 404
    assert_ok(walk.act("dispatcher", "assign", units=["road"]))


def test_a_refused_return_makes_the_order_final(walk):
    walk.to("in_progress")
    assert_ok(walk.order_act("handler", "request_return", reason="属交通局。"))

    assert_ok(walk.order_act("dispatcher", "refuse_return", ruling="属水务局。"))

    assert (walk.order.state, walk.order.is_final) == ("signed", True)
    assert walk.order_act("handler", "request_return", reason="还是不属。").status_code == 409


def test_a_return_comes_too_late_after_two_working_days(walk):
    walk.to("assigned")
    WorkOrder.objects.update(return_until=timezone.now())

    answer = walk.order_act("handler", "request_return", reason="属交通局。")

    assert answer.status_code == 409
    assert "time for a return" in answer.json()["detail"]


def test_the_unit_does_not_propose_itself(walk):
    walk.to("assigned")

    answer = walk.order_act("handler", "request_return", reason="x", proposed_unit="water")

    assert answer.json()["errors"][0]["field"] == "proposed_unit"
    assert walk.order.state == "assigned"


def test_a_returned_co_unit_leaves_the_petition_with_the_lead(walk):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water"], co_units=["road"]))
    co = walk.order_of("road")
    assert_ok(walk.order_act("road_handler", "request_return", co, reason="无关。"))

    assert_ok(walk.order_act("dispatcher", "grant_return", co))

    assert walk.petition.state == "assigned"
    assert walk.order.state == "assigned"


def test_an_extension_moves_every_date(walk):
    walk.to("in_progress")
    due = walk.order.internal_due_at
    assert_ok(walk.order_act("handler", "request_extension", reason="等待材料。", working_days=10))
    assert "overdue" not in walk.actions_so_far()

    assert_ok(walk.order_act("dispatcher", "grant_extension", ruling="同意，材料在途。"))

    later = calendar().add_working_days(due - timedelta(seconds=1), 10)
    assert walk.order.internal_due_at == walk.petition.due_at == later
    shown = walk.holder().get(f"/api/v1/petitions/{walk.reference}/").json()["timeline"][-1]
    assert (shown["action"], shown["note"]) == ("grant_extension", "同意，材料在途。")
    assert walk.order_act("handler", "request_extension", reason="再次。", working_days=1).status_code == 409


@pytest.mark.parametrize("days", [0, -1, 11, 367, 1.5, "many", None, 10**12])
def test_an_extension_is_one_to_ten_working_days(walk, days):
    walk.to("in_progress")

    answer = walk.order_act("handler", "request_extension", reason="x", working_days=days)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "working_days"


def test_an_extension_is_asked_for_before_it_is_due(walk):
    walk.to("in_progress")
    WorkOrder.objects.update(internal_due_at=timezone.now())

    assert walk.order_act("handler", "request_extension", reason="x", working_days=1).status_code == 409


def test_a_refused_extension_changes_no_date(walk):
    walk.to("in_progress")
    due = walk.order.internal_due_at
    assert_ok(walk.order_act("handler", "request_extension", reason="x", working_days=3))

    assert_ok(walk.order_act("dispatcher", "refuse_extension", ruling="不同意。"))

    assert walk.order.internal_due_at == due
    assert "不同意" not in walk.holder().get(f"/api/v1/petitions/{walk.reference}/").content.decode()


def test_only_one_request_waits_at_a_time_and_the_reply_comes_after_it(walk):
    walk.to("in_progress")
    assert_ok(walk.order_act("handler", "request_extension", reason="x", working_days=3))

    assert walk.order_act("handler", "propose_ledger", reason="x").status_code == 409
    assert walk.order_act("head", "reply", **LIMIT).status_code == 409
    assert walk.order_act("dispatcher", "grant_return").status_code == 409


def test_on_the_pending_ledger_nothing_is_due_but_the_recheck(walk):
    walk.to("in_progress")
    assert_ok(walk.order_act("handler", "propose_ledger", reason="需等规划。"))

    answer = assert_ok(walk.order_act("supervisor", "grant_ledger", ruling="同意挂账。"))

    order = walk.order
    assert (order.state, order.due_at, walk.petition.due_at) == ("pending_ledger", None, None)
    assert order.alert_at == Request.objects.get().rule_due_at == in_working_days(60)
    assert not answer.json()["overdue"]
    assert moves(answer) == {"recheck_ledger", "clear_ledger", "urge"}
    listed = walk.api("dispatcher").get("/api/v1/worklist/?tab=ledger").json()["results"]
    assert [row["reference"] for row in listed] == [walk.reference]


def test_a_ledgered_matter_is_rechecked_and_cleared(walk):
    walk.to("in_progress")
    assert_ok(walk.order_act("handler", "propose_ledger", reason="需等规划。"))
    assert_ok(walk.order_act("supervisor", "grant_ledger", ruling="同意。"))
    Request.objects.update(rule_due_at=timezone.now())
    assert_ok(walk.order_act("supervisor", "recheck_ledger", note="规划未批。"))
    assert Request.objects.get().rule_due_at == in_working_days(60)

    assert_ok(walk.order_act("head", "clear_ledger", note="规划已批。"))

    assert (walk.order.state, Request.objects.get().state) == ("signed", "cleared")
    assert walk.order.internal_due_at == walk.petition.due_at == in_working_days(5)
    assert_ok(walk.order_act("handler", "propose_ledger", reason="又停了。"))  # a second time is possible


def test_a_refused_ledger_leaves_the_order_as_it_was(walk):
    walk.to("in_progress")
    assert_ok(walk.order_act("handler", "propose_ledger", reason="难。"))

    assert_ok(walk.order_act("supervisor", "refuse_ledger", ruling="可以解决。"))

    assert walk.order.state == "signed"
    assert_ok(walk.order_act("head", "reply", **LIMIT))


def test_a_draft_becomes_the_reply_the_head_signs(walk):
    walk.to("in_progress")
    assert_ok(walk.order_act("handler", "draft_reply", text="草稿。", result_class="c"))
    assert_ok(walk.order_act("handler", "draft_reply", text="第二稿。", result_class="c"))
    drafted = walk.api("head").get(f"/api/v1/petitions/{walk.reference}/").json()["replies"]
    assert [reply["text"] for reply in drafted] == ["第二稿。"]
    assert walk.api("officer").get(f"/api/v1/petitions/{walk.reference}/").json()["replies"] == []

    assert_ok(walk.order_act("head", "reply", **LIMIT))

    reply = Reply.objects.get()
    assert (reply.state, reply.text, reply.drafted_by, reply.signed_by) == (
        "signed", LIMIT["text"], walk.cast.handler, walk.cast.head,
    )  # fmt: skip
    assert walk.petition.state == "replied"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": "x", "result_class": "e"}, "result_class"),
        ({"text": "x"}, "result_class"),
        ({"text": "x", "result_class": "b"}, "promised_on"),
        ({"text": "x", "result_class": "b", "promised_on": "2020-01-01"}, "promised_on"),
        ({"text": "x", "result_class": "b", "promised_on": "tomorrow"}, "promised_on"),
        ({"text": "x", "result_class": "b", "promised_on": 20270101}, "promised_on"),
        ({"text": "长" * 5001, "result_class": "a"}, "text"),
    ],
)
@pytest.mark.parametrize("move", ["reply", "draft_reply"])
def test_a_reply_that_is_not_complete_names_its_field(walk, values, field, move):
    walk.to("in_progress")

    answer = walk.order_act("head", move, **values)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert Reply.objects.count() == 0


def test_a_reply_before_signing_for_the_order_is_refused(walk):
    walk.to("assigned")

    answer = walk.order_act("head", "reply", **LIMIT)

    assert answer.status_code == 409
    assert walk.petition.state == "assigned"


def test_the_leading_reply_ends_the_opinions_still_awaited(walk):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water"], co_units=["road"]))
    assert_ok(walk.order_act("handler", "sign", walk.order_of("water")))

    assert_ok(walk.order_act("head", "reply", walk.order_of("water"), **LIMIT))

    assert walk.order_of("road").state == "cancelled"
    cancelled = Entry.objects.get(action="order_cancelled")
    assert (cancelled.actor, cancelled.actor_kind) == (walk.cast.head, "head")


def test_an_opinion_of_a_co_unit_moves_nothing(walk):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water"], co_units=["road"]))
    co = walk.order_of("road")
    assert_ok(walk.order_act("road_handler", "sign", co))
    assert walk.petition.state == "assigned"

    assert_ok(walk.order_act("road_head", "reply", co, text="建议一并修复。"))

    assert walk.petition.state == "assigned"


@pytest.mark.parametrize("who", ["officer", "dispatcher", "supervisor", "deputy"])
def test_a_unit_is_urged_once_a_day(walk, who):
    walk.to("assigned")
    Petition.objects.update(deputy=walk.cast.seat)

    answer = assert_ok(walk.order_act(who, "urge", note="请尽快签收。"))

    assert answer.json()["urged_count"] == walk.order.urged_count == 1
    again = walk.order_act(who, "urge", note="请尽快。")
    assert again.status_code == 409
    WorkOrder.objects.update(urged_at=timezone.now() - timedelta(hours=24))
    if who == "deputy":  # whose pause is longer: tests/petitions/test_claims.py
        assert walk.order_act(who, "urge", note="请尽快。").status_code == 409
    else:
        assert_ok(walk.order_act(who, "urge", note="请尽快。"))


def test_another_unit_sees_nothing_of_the_order(walk):
    walk.to("in_progress")

    assert walk.order_act("road_head", "reply", **LIMIT).status_code == 404
    assert walk.api("road_head").get("/api/v1/work-orders/").json()["results"] == []
