"""Every command: not in another state, not by others, not seen by strangers, not without its reason."""

import pytest

from dispatch import lifecycle as order_lifecycle
from dispatch.lifecycle import OrderState
from dispatch.models import WorkOrder
from journal.models import Entry
from petitions.lifecycle import MOVES, State
from petitions.models import Petition
from tests.cast import ROLES
from tests.factories import ContactFactory, PetitionFactory, WorkOrderFactory, put_into, put_order_into
from tests.petitions.inputs import (
    ORDER_INPUT,
    ORDER_READERS,
    ORDER_WHO,
    PETITION_INPUT,
    PETITION_WHO,
    READERS,
)
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(walk):
    """A petition of East Bank, received by the deputy, with the water unit, agreed to be published."""
    cast = walk.cast
    petition = PetitionFactory(
        area=cast.area["EB"],
        station=cast.station["east"],
        deputy=cast.seat,
        contact=ContactFactory(phone=cast.resident.phone),
        lead_unit=cast.unit["water"],
        publication="consented",
    )
    walk.reference = petition.reference
    WorkOrderFactory(petition=petition, department=cast.unit["water"])
    return walk


def another(held):
    """The reference of a second petition of the station's."""
    cast = held.cast
    return PetitionFactory(area=cast.area["EB"], station=cast.station["east"]).reference


@pytest.mark.parametrize("state", State.values)
def test_petition_moves_are_refused_in_every_other_state(held, state):
    put_into(held.petition, state)
    into = another(held)

    for name, values in PETITION_INPUT.items():
        if state in MOVES[name].sources:
            continue
        values = {"into": into} if name == "merge" else values
        answer = held.act(PETITION_WHO[name][0], name, **values)
        assert answer.status_code == 409, (name, answer.json())
        assert str(State(state).label) in answer.json()["detail"]

    assert held.petition.state == state
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("state", OrderState.values)
def test_order_moves_are_refused_in_every_other_state(held, state):
    order = held.order
    put_order_into(order, state)
    put_into(held.petition, "in_progress")
    lost = state in (OrderState.RETURNED, OrderState.CANCELLED)

    for name, values in ORDER_INPUT.items():
        if state in order_lifecycle.MOVES[name].sources:
            continue
        who = ORDER_WHO[name][0]
        answer = held.order_act(who, name, order, **values)
        expected = 404 if lost and who in ("handler", "head") else 409
        assert answer.status_code == expected, (name, answer.json())

    assert WorkOrder.objects.get().state == state
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("name", sorted(PETITION_INPUT))
def test_petition_moves_are_for_those_who_may(held, name):
    put_into(held.petition, min(MOVES[name].sources))
    values = {"into": another(held)} if name == "merge" else PETITION_INPUT[name]

    for who in [role for role in ROLES if role not in PETITION_WHO[name]]:
        answer = held.act(who, name, **values)
        if name == "merge" and who in ("handler", "head", "deputy", "resident"):
            assert answer.status_code == 400, (who, answer.json())  # they cannot see the other petition
            continue
        assert answer.status_code == (403 if who in READERS else 404), (who, answer.json())

    assert Entry.objects.count() == 0
    assert held.api().post(f"/api/v1/petitions/{held.reference}/actions/{name}/", values).status_code == 401


@pytest.mark.parametrize("name", sorted(ORDER_INPUT))
def test_order_moves_are_for_those_who_may(held, name):
    put_into(held.petition, "in_progress")
    put_order_into(held.order, min(order_lifecycle.MOVES[name].sources))
    order = held.order

    for who in [role for role in ROLES if role not in ORDER_WHO[name]]:
        answer = held.order_act(who, name, order, **ORDER_INPUT[name])
        if name == "hand_to" and who in ORDER_READERS:
            assert answer.status_code == 400  # nobody of theirs has that name
            continue
        assert answer.status_code == (403 if who in ORDER_READERS else 404), (who, answer.json())

    assert Entry.objects.count() == 0


NEEDED = {
    name: [key for key in values if key in ("reason", "text", "note", "channel", "ruling")]
    for name, values in {**PETITION_INPUT, **ORDER_INPUT}.items()
}


@pytest.mark.parametrize(("name", "field"), [(n, f) for n in sorted(PETITION_INPUT) for f in NEEDED[n]])
@pytest.mark.parametrize("blank", [None, " \n "])
def test_petition_moves_need_their_reason(held, name, field, blank):
    put_into(held.petition, min(MOVES[name].sources))
    Petition.objects.update(decline_reason="", decline_channel="")
    values = {**PETITION_INPUT[name], field: blank}
    if blank is None:
        del values[field]

    answer = held.act(PETITION_WHO[name][0], name, **values)

    assert answer.status_code == 400, answer.json()
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert Entry.objects.count() == 0


@pytest.mark.parametrize(("name", "field"), [(n, f) for n in sorted(ORDER_INPUT) for f in NEEDED[n]])
@pytest.mark.parametrize("blank", [None, " \n "])
def test_order_moves_need_their_reason(held, name, field, blank):
    put_into(held.petition, "in_progress")
    put_order_into(held.order, min(order_lifecycle.MOVES[name].sources))
    values = {**ORDER_INPUT[name], field: blank}
    if blank is None:
        del values[field]

    answer = held.order_act(ORDER_WHO[name][0], name, held.order, **values)

    assert answer.status_code == 400, answer.json()
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert Entry.objects.count() == 0


def test_unknown_moves_and_unknown_petitions_are_not_found(held):
    assert held.act("dispatcher", "abolish").status_code == 404
    assert held.order_act("head", "abolish").status_code == 404
    held.reference = "2222222222"
    assert held.act("dispatcher", "register").status_code == 404


def test_unknown_fields_are_named(held):
    answer = held.act("officer", "register", hurry=True)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "hurry"


def test_what_is_offered_is_what_is_accepted(walk):
    """The moves listed in an answer are exactly those that the table and the office allow."""
    walk.to("submitted")
    offered = {move["name"] for move in assert_ok(walk.act("officer", "register")).json()["moves"]}

    assert offered == {
        "classify", "restrict", "answer_on_spot", "propose_decline", "merge", "note", "propose_publication",
    }  # fmt: skip
