"""From the reply to the end: check, evaluation, rework, supervision, conclusion, look-back, conversion."""

from datetime import date

import pytest
from django.utils import timezone

from deputies.models import Deputy
from directory.models import Department
from directory.queries import calendar, invalidate
from dispatch.models import Reply, WorkOrder
from petitions.models import Conversion, Petition
from tests.cast import RESIDENT_PHONE
from tests.walk import LIMIT, assert_ok

pytestmark = pytest.mark.django_db
BAD = {"process": "satisfied", "result": "dissatisfied", "comment": "还是积水。"}


def in_working_days(days):
    return calendar().add_working_days(timezone.now(), days)


def again(walk):
    """Once more from rework to the resident's judgement."""
    assert_ok(walk.order_act("head", "reply", **LIMIT))
    assert_ok(walk.act("officer", "approve_reply"))


def test_the_station_reads_the_reply_it_checks_and_the_resident_does_not_yet(walk):
    walk.to("replied")

    assert walk.petition.due_at == in_working_days(2)
    seen = walk.api("officer").get(f"/api/v1/petitions/{walk.reference}/").json()
    assert [reply["text"] for reply in seen["replies"]] == [LIMIT["text"]]
    for reader in (walk.holder(), walk.api("resident")):
        assert LIMIT["text"] not in reader.get(f"/api/v1/petitions/{walk.reference}/").content.decode()


def test_an_approved_reply_reaches_the_resident(walk):
    walk.to("awaiting_evaluation")

    shown = walk.holder().get(f"/api/v1/petitions/{walk.reference}/").json()
    assert (shown["timeline"][-1]["by"], shown["timeline"][-1]["note"]) == ("Water Bureau", LIMIT["text"])
    assert (shown["can_evaluate"], shown["can_withdraw"]) == (True, False)
    assert walk.petition.due_at == in_working_days(5)


def test_a_reply_sent_back_goes_to_the_same_unit(walk):
    walk.to("replied")

    assert_ok(walk.act("officer", "send_back", reason="没有写日期。"))

    assert (walk.petition.state, walk.order.state) == ("in_progress", "signed")
    assert Reply.objects.get().state == "sent_back"
    assert walk.petition.due_at == walk.order.internal_due_at >= in_working_days(2)
    assert walk.actions_so_far().count("send_back") == 1
    again(walk)
    assert walk.petition.state == "awaiting_evaluation"
    shown = walk.holder().get(f"/api/v1/petitions/{walk.reference}/").content.decode()
    assert "没有写日期" not in shown


@pytest.mark.parametrize("result", ["satisfied", "basically_satisfied"])
def test_a_content_resident_concludes_it(walk, result):
    walk.to("awaiting_evaluation")

    answer = assert_ok(walk.mine("evaluate", process="satisfied", result=result)).json()

    petition = walk.petition
    assert (answer["state"], petition.result, petition.failures) == ("concluded", result, 0)
    assert petition.ended_at is not None
    assert petition.due_at is None
    assert petition.alert_at == calendar().add_working_days(petition.state_since, 20)


@pytest.mark.parametrize("move", ["api", "signed in"])
def test_a_resident_who_signed_in_evaluates_as_well(walk, move):
    walk.to("awaiting_evaluation")
    values = {"process": "satisfied", "result": "satisfied"}

    if move == "api":
        answer = walk.act("resident", "evaluate", **values)
    else:
        answer = walk.api("resident").post(f"/api/v1/petitions/{walk.reference}/evaluate/", values, format="json")

    assert assert_ok(answer).json()["state"] == "concluded"


def test_being_dissatisfied_needs_a_few_words(walk):
    walk.to("awaiting_evaluation")

    answer = walk.mine("evaluate", process="dissatisfied", result="satisfied", comment=" ")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "comment"
    assert walk.petition.state == "awaiting_evaluation"


def test_a_dissatisfied_resident_has_it_handled_again(walk):
    walk.to("awaiting_evaluation")

    assert_ok(walk.mine("evaluate", **BAD))

    petition, order = walk.petition, walk.order
    assert (petition.state, petition.failures, petition.supervised_at) == ("rework", 1, None)
    assert (order.round, order.state, order.is_final) == (2, "signed", True)
    assert petition.due_at == order.internal_due_at == in_working_days(10)


def test_the_second_failure_is_supervised(walk):
    walk.to("awaiting_evaluation")
    assert_ok(walk.mine("evaluate", **BAD))
    again(walk)

    assert_ok(walk.mine("evaluate", **BAD))

    assert (walk.petition.failures, walk.order.round) == (2, 3)
    assert walk.petition.supervised_at is not None
    assert walk.petition.evaluations.count() == 2


def test_a_reply_in_rework_can_be_sent_back_into_rework(walk):
    walk.to("awaiting_evaluation")
    assert_ok(walk.mine("evaluate", **BAD))
    assert_ok(walk.order_act("head", "reply", **LIMIT))

    assert_ok(walk.act("officer", "send_back", reason="不完整。"))

    assert walk.petition.state == "rework"


def test_judging_does_not_fail_because_the_unit_was_dissolved(walk):
    walk.to("awaiting_evaluation")
    Department.objects.filter(code="water").update(active_until=date(2026, 1, 1))
    invalidate()

    assert_ok(walk.mine("evaluate", **BAD))

    assert (walk.petition.state, walk.petition.lead_unit) == ("registered", None)


def test_only_what_is_supervised_is_concluded_without_the_resident(walk):
    walk.to("awaiting_evaluation")
    assert_ok(walk.mine("evaluate", **BAD))
    assert walk.act("supervisor", "conclude", reason="已尽力。").status_code == 409

    assert_ok(walk.act("supervisor", "supervise", reason="群众反映强烈。"))
    assert walk.act("supervisor", "supervise", reason="再一次。").status_code == 409
    assert_ok(walk.act("supervisor", "conclude", reason="已尽力。"))

    assert walk.petition.state == "concluded"
    assert not WorkOrder.objects.open().exists()


def test_a_look_back_reopens_a_concluded_petition_under_supervision(walk):
    walk.to("concluded")

    assert_ok(walk.act("supervisor", "reopen", reason="回头看：又堵了。"))

    petition = walk.petition
    assert (petition.state, petition.ended_at, walk.order.round) == ("rework", None, 2)
    assert petition.supervised_at is not None


def test_what_was_answered_on_the_spot_reopens_into_triage(walk):
    walk.submit()
    assert_ok(walk.act("officer", "answer_on_spot", text="好的。"))
    assert_ok(walk.mine("evaluate", process="satisfied", result="satisfied"))

    assert_ok(walk.act("supervisor", "reopen", reason="没有做到。"))

    assert walk.petition.state == "registered"


def test_a_deputy_turns_the_petition_into_a_suggestion(walk):
    walk.to("submitted")
    Petition.objects.update(deputy=Deputy.objects.get())
    assert_ok(walk.act("officer", "register"))

    assert_ok(walk.act("deputy", "convert", reason="属于普遍问题。"))

    conversion = Conversion.objects.get()
    assert (walk.petition.state, conversion.title) == ("converted", walk.petition.title)
    assert conversion.deputy == walk.cast.seat


def test_a_deputy_reads_neither_number_nor_notes_nor_unchecked_replies(walk):
    walk.to("replied")
    Petition.objects.update(deputy=Deputy.objects.get())
    assert_ok(walk.act("officer", "note", text="内部。"))

    shown = walk.api("deputy").get(f"/api/v1/petitions/{walk.reference}/").json()

    assert (shown["contact"], shown["routing"], shown["replies"]) == (None, None, [])
    assert "note" not in {item["action"] for item in shown["timeline"]}


def test_staff_reading_their_own_petition_read_it_as_residents(walk):
    """A handler of the road unit who is the petitioner oneself sees no internal notes."""
    walk.to("registered")
    assert_ok(walk.act("officer", "note", text="内部。"))
    for who, phone in (("resident", ""), ("road_handler", RESIDENT_PHONE)):
        user = getattr(walk.cast, who)
        user.phone = phone
        user.save()

    shown = walk.api("road_handler").get(f"/api/v1/petitions/{walk.reference}/").json()

    assert shown["contact"] is None
    assert "note" not in {item["action"] for item in shown["timeline"]}
