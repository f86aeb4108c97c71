"""Assign and reassign: to one unit with helpers, or to several separately."""

from datetime import date

import pytest
from django.utils import timezone

from directory.models import Department
from directory.queries import calendar, invalidate
from dispatch.models import WorkOrder
from tests.walk import LIMIT, assert_ok

pytestmark = pytest.mark.django_db


def test_a_unit_gets_its_order_with_every_limit(walk):
    walk.to("registered")

    answer = assert_ok(walk.act("dispatcher", "assign", units=["water"], co_units=["road"], note="尽快。")).json()

    order, now, days = walk.order, timezone.now(), calendar().add_working_days
    assert answer["state"] == "assigned"
    assert answer["department"] == {"code": "water", "label": "Water Bureau"}
    assert (order.department.code, order.kind, order.state) == ("water", "lead", "assigned")
    assert walk.order_of("road").kind == "co"
    assert order.sign_due_at == days(now, 1)
    assert order.return_until == days(now, 2)
    assert order.internal_due_at == walk.petition.due_at == days(now, 5)
    assert order.statutory_due_at == walk.petition.statutory_due_at
    assert 23 * 3600 < (order.contact_due_at - now).total_seconds() <= 24 * 3600
    assert order.alert_at == min(order.sign_due_at, order.contact_due_at)


def test_an_urgent_order_is_signed_for_within_two_hours(walk):
    walk.submit(urgent=True)

    assert_ok(walk.act("dispatcher", "assign", units=["water"]))

    assert 7100 < (walk.order.sign_due_at - timezone.now()).total_seconds() <= 7200
    assert walk.order.internal_due_at == calendar().add_working_days(timezone.now(), 1)


def test_the_note_to_the_unit_is_not_for_the_resident(walk):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water"], note="此人难缠。"))

    shown = walk.holder().get(f"/api/v1/petitions/{walk.reference}/")

    assert "难缠" not in shown.content.decode()
    assert shown.json()["timeline"][-1]["note"] == "Water Bureau"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"units": []}, "units"),
        ({}, "units"),
        ({"units": ["water", "water"]}, "units"),
        ({"units": ["water"], "co_units": ["water"]}, "units"),
        ({"units": ["water", "road"], "co_units": ["park"]}, "co_units"),
        ({"units": ["atlantis"]}, "units.0"),
        ({"units": "water"}, "units"),
        ({"units": [None]}, "units.0"),
        ({"units": [["water"]]}, "units.0"),
        ({"units": ["water"] * 11}, "units"),
    ],
)
def test_an_assignment_that_makes_no_sense_names_its_field(walk, values, field):
    walk.to("registered")

    answer = walk.act("dispatcher", "assign", **values)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert WorkOrder.objects.count() == 0


def test_a_dissolved_unit_is_refused_with_a_sentence(walk):
    walk.to("registered")
    Department.objects.filter(code="park").update(active_until=date(2026, 1, 1))
    invalidate()

    answer = walk.act("dispatcher", "assign", units=["park"])

    assert answer.status_code == 409
    assert "Parks Bureau" in answer.json()["detail"]
    assert walk.petition.state == "registered"


def test_separate_units_each_answer_before_the_station_checks(walk):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water", "road"]))
    for who, unit in (("handler", "water"), ("road_handler", "road")):
        assert_ok(walk.order_act(who, "sign", walk.order_of(unit)))

    assert_ok(walk.order_act("head", "reply", walk.order_of("water"), **LIMIT))
    assert walk.petition.state == "in_progress"
    assert_ok(walk.order_act("road_head", "reply", walk.order_of("road"), **LIMIT))

    assert walk.petition.state == "replied"
    assert_ok(walk.act("officer", "approve_reply"))
    assert len(walk.petition.reference) == 10
    assert walk.holder().get(f"/api/v1/petitions/{walk.reference}/").json()["timeline"][-1]["by"] != ""


def test_when_the_last_of_several_units_gives_it_back_the_others_answer_counts(walk):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water", "road"]))
    for who, unit in (("handler", "water"), ("road_handler", "road")):
        assert_ok(walk.order_act(who, "sign", walk.order_of(unit)))
    assert_ok(walk.order_act("head", "reply", walk.order_of("water"), **LIMIT))
    assert_ok(walk.order_act("road_handler", "request_return", walk.order_of("road"), reason="非本单位职责。"))

    assert_ok(walk.order_act("dispatcher", "grant_return", walk.order_of("road")))

    assert walk.petition.state == "replied"
    assert walk.petition.lead_unit.code == "water"
    assert_ok(walk.act("officer", "approve_reply"))


def test_reassigning_ends_the_old_orders_and_opens_new_ones(walk):
    walk.to("in_progress")
    old = walk.order

    assert_ok(walk.act("dispatcher", "reassign", units=["road"], note="属交通局。"))

    old.refresh_from_db()
    assert (old.state, walk.petition.state) == ("cancelled", "assigned")
    assert walk.petition.lead_unit.code == "road"
    assert walk.actions_so_far()[-2:] == ["order_cancelled", "reassign"]
    assert walk.api("handler").get(f"/api/v1/petitions/{walk.reference}/").status_code == 404
    assert walk.api("road_handler").get(f"/api/v1/petitions/{walk.reference}/").status_code == 200


def test_a_unit_that_answered_before_a_reassignment_is_not_asked_again(walk):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water", "road"]))
    for who, unit in (("handler", "water"), ("road_handler", "road")):
        assert_ok(walk.order_act(who, "sign", walk.order_of(unit)))
    assert_ok(walk.order_act("head", "reply", walk.order_of("water"), **LIMIT))
    assert_ok(walk.act("dispatcher", "reassign", units=["road"], note="由交通局统一办理。"))
    assert_ok(walk.order_act("road_handler", "sign", walk.order_of("road")))
    assert_ok(walk.order_act("road_head", "reply", walk.order_of("road"), text="已修。", result_class="a"))

    assert_ok(walk.act("officer", "approve_reply"))

    shown = walk.holder().get(f"/api/v1/petitions/{walk.reference}/").json()["timeline"][-1]
    assert (shown["by"], shown["note"]) == ("Road Bureau", "已修。")
    assert_ok(walk.mine("evaluate", process="satisfied", result="dissatisfied", comment="又坏了。"))
    assert [order.department.code for order in WorkOrder.objects.open()] == ["road"]
