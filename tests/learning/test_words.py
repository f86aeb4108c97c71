"""Reasons and hints are sentences a person accepts or laughs at, in the reader's language."""

import pytest
from django.utils.translation import override

from petitions.reasons import SENTENCES, sentence
from tests.learning.conftest import NOW, close

pytestmark = pytest.mark.django_db

PARAMS = {
    "category_given": {"category": "drain"},
    "keywords": {"words": ["井盖"], "category": "drain"},
    "rule": {"rule": 7, "category": "drain", "area": "EB", "weight": 100},
    "sibling": {"rule": 7, "category": "drain", "area": None, "weight": 100},
    "default": {"rule": 7},
    "history": {"cases": 3, "of": 4, "where": {"category_1": "drain", "area_3": "EB", "channel": "web"}},
    "text": {"words": ["积水"], "category": "drain"},
    "similar": {"references": ["ABCDEFGHJK"]},
    "accusation": {"words": ["贪污"]},
    "restricted": {"category": "conduct"},
    "unanswered": {"questions": ["什么时候修好？"]},
    "no_date": {"sentence": "将尽快处理。"},
    "no_legal_basis": {"sentence": "不予受理。"},
    "copied": {"from": "ABCDEFGHJK", "share": 0.91},
    "repeats_question": {"share": 0.5},
}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_reason_has_a_sentence(cast, code):
    with override("en"):
        said = sentence({"code": code, **PARAMS.get(code, {})})
        bare = sentence({"code": code})
    assert said.endswith((".", "”", "？", "?"))
    assert "%(" not in said + bare
    for name, label in (("drain", "Drains"), ("EB", "East Bank")):
        if name in str(PARAMS.get(code)):
            assert label in said


def test_an_unknown_reason_is_shown_as_it_is():
    assert sentence({"code": "of_tomorrow"}) == "of_tomorrow"


def test_staff_read_why(walk):
    walk.submit(category="drain")
    walk.route()
    routing = walk.api("dispatcher").get(f"/api/v1/petitions/{walk.reference}/").json()["routing"]
    first = routing["departments"][0]
    assert first["label"] == "Water Bureau"
    assert any("Drains" in said for said in first["reasons_text"])


def test_the_resident_is_told_that_a_machine_chose(walk, settings):
    settings.ROUTER_CONFIDENCE = 0.5
    walk.submit(category="drain")
    walk.route()
    followed = walk.holder().get(f"/api/v1/petitions/{walk.reference}/").json()
    assert followed["routed_automatically"]
    assert "may correct it" in followed["timeline"][-1]["note"]
    walk.act("dispatcher", "reassign", units=["park"], note="误")
    followed = walk.holder().get(f"/api/v1/petitions/{walk.reference}/").json()
    assert not followed["routed_automatically"]
    assert "may correct it" not in followed["timeline"][-1]["note"]


def test_resembling_cases_are_linked_for_those_who_may_read_them(past, cast, fresh_petition, walk):
    from petitions import actions
    from petitions.actions.learning import train_router

    train_router(now=NOW)
    petition = actions.route(petition=fresh_petition(), now=NOW)
    routing = walk.api("dispatcher").get(f"/api/v1/petitions/{petition.reference}/").json()["routing"]
    cases = routing["departments"][0]["cases"]
    assert cases
    assert {walk.api("dispatcher").get(case["url"]).status_code for case in cases} == {200}


def test_a_poor_reply_gets_hints_and_is_never_blocked(walk):
    walk.to("in_progress")
    poor = {"text": "您好，已收悉，我们将尽快处理。", "result_class": "a"}
    draft = walk.order_act("handler", "draft_reply", **poor).json()
    assert {"no_date", "no_contact"} <= {hint["code"] for hint in draft["hints"]}
    signed = walk.order_act("head", "reply", **poor)
    assert signed.status_code == 200
    assert all(hint["text"] for hint in signed.json()["hints"])


def test_a_reply_copied_from_another_is_noticed(walk, cast):
    from dispatch.models import Reply, WorkOrder

    text = "经现场核实，该处下水道因树根侵入造成堵塞，我局已于11月3日完成清淤，更换井盖三处，后续每月巡查一次。"
    other = close(cast, 0, days_ago=3)
    order = WorkOrder.objects.get(matter_id=other.pk)
    head = cast.people["head"]
    Reply.objects.create(
        order=order, state="signed", text=text, result_class="a", drafted_by=head, drafted_at=NOW, signed_by=head
    )
    walk.to("in_progress")
    hints = walk.order_act("head", "reply", text=text, result_class="a").json()["hints"]
    [copied] = [hint for hint in hints if hint["code"] == "copied"]
    assert other.reference in copied["text"]
