"""The petitioner's own moves with the access token: withdraw, supplement. (Evaluation: test_outcome.)"""

import pytest

from dispatch.models import WorkOrder
from petitions.models import Petition
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ["submitted", "registered", "assigned", "in_progress"])
def test_a_petition_is_withdrawn_before_the_reply(walk, state):
    walk.to(state)

    answer = assert_ok(walk.mine("withdraw", reason="已经修好了。")).json()

    assert answer["state"] == walk.petition.state == "withdrawn"
    assert not any(answer[name] for name in ("can_withdraw", "can_supplement", "can_evaluate"))
    assert not WorkOrder.objects.open().exists()


@pytest.mark.parametrize("state", ["replied", "awaiting_evaluation", "concluded"])
def test_a_petition_is_not_withdrawn_after_the_reply(walk, state):
    walk.to(state)

    assert walk.mine("withdraw").status_code == 409
    assert walk.petition.state == state


def test_an_addition_is_on_the_timeline_and_found_with_every_earlier_one(walk):
    walk.to("assigned")
    before = walk.petition.text

    assert_ok(walk.mine("supplement", text="幼儿园旁边也是。"))
    assert_ok(walk.mine("supplement", text="菜市场门口同样。"))

    assert walk.petition.text == before
    for word in ("幼儿园", "菜市场", "下水道"):
        assert Petition.objects.matching(word).exists(), word
    shown = walk.api("handler").get(f"/api/v1/petitions/{walk.reference}/").json()["timeline"][-1]
    assert shown["note"] == "菜市场门口同样。"


@pytest.mark.parametrize("text", ["", "长" * 5001, None, 5, ["x"]])
def test_an_addition_says_something_and_not_too_much(walk, text):
    walk.to("submitted")

    answer = walk.mine("supplement", text=text)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "text"


def test_nothing_is_added_to_a_closed_petition(walk):
    walk.to("concluded")

    assert walk.mine("supplement", text="还有。").status_code == 409


@pytest.mark.parametrize("move", ["evaluate", "withdraw", "supplement", "unpublish"])
def test_a_token_opens_one_petition_only(walk, move):
    other = Walk(walk.cast).to("submitted")
    walk.submit()
    values = {"evaluate": {"process": "satisfied", "result": "satisfied"}, "supplement": {"text": "x"}}
    other.reference = walk.reference

    assert other.mine(move, **values.get(move, {})).status_code == 404
    assert walk.actions_so_far() == ["submit"]


@pytest.mark.parametrize("who", ["officer", "dispatcher", "supervisor"])
def test_staff_do_not_speak_for_the_resident(walk, who):
    walk.to("submitted")

    answer = walk.api(who).post(f"/api/v1/petitions/{walk.reference}/withdraw/", {}, format="json")

    assert answer.status_code == 403
