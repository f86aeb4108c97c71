"""A required text that was left empty: the sentence says what to write, on the page as in the API."""

from __future__ import annotations

import pytest
from django.utils.translation import override
from rest_framework import serializers

from accounts.strict import CleanCharField
from petitions.api.commands import ORDER_COMMANDS, PETITION_COMMANDS
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db

STOCK = {str(CleanCharField().error_messages[name]) for name in ("required", "blank", "null")}
RESIDENTS = {"evaluate", "withdraw", "supplement"}  # on the resident's pages
WANTED = {
    "reply": ("text", "Write the reply, as the resident is to read it."),
    "draft_reply": ("text", "Write the reply, as the resident is to read it."),
    "request_return": ("reason", "Write why the unit is not responsible: the dispatcher rules by it."),
    "request_extension": ("reason", "Write why more time is needed: the dispatcher rules by it."),
    "urge": ("note", "Write what you ask of the unit."),
}


def test_no_required_text_of_a_move_has_drfs_sentence():
    for name, command in {**PETITION_COMMANDS, **ORDER_COMMANDS}.items():
        for taken in {command.serializer, command.opinion} - {None}:
            for each, field in taken().fields.items():
                if name not in RESIDENTS and isinstance(field, serializers.CharField) and field.required:
                    said = {str(field.error_messages[code]) for code in ("required", "blank", "null")}
                    assert len(said) == 1, (name, each)
                    assert not said & STOCK, (name, each)


@pytest.mark.parametrize("move", WANTED)
@pytest.mark.parametrize("sent", ["", " \n", None, "left out"])
def test_the_api_says_what_to_write(walk, move, sent):
    walk.to("assigned" if move == "request_return" else "in_progress")
    field, sentence = WANTED[move]
    values = {"result_class": "a"} if "reply" in move else {"working_days": 3} if "extension" in move else {}
    who = "officer" if move == "urge" else "head"
    answer = walk.order_act(who, move, **values, **({} if sent == "left out" else {field: sent}))

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": field, "detail": sentence}]


def test_it_is_said_in_the_readers_language(walk):
    walk.to("in_progress")
    client = walk.api("head")
    for language, sentence in (("en", "Choose the class of the result"), ("zh-hans", "请选择办理结果类别")):
        answer = client.post(
            f"/api/v1/work-orders/{walk.order.pk}/actions/reply/",
            {"text": "已清淤。"},
            format="json",
            headers={"Accept-Language": language},
        )
        assert sentence in answer.json()["errors"][0]["detail"]
    with override("zh-hans"):
        reason = str(PETITION_COMMANDS["send_back"].serializer().fields["reason"].error_messages["blank"])
    assert reason == "请填写理由，理由将记录在案。"


def test_what_is_said_is_followed(walk):
    walk.to("in_progress")
    assert_ok(walk.order_act("head", "reply", text="已清淤。", result_class="a"))
