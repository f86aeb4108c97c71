"""The clock of work orders: by the calendar, each alert once, whatever happens in between."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Min
from django.test.utils import CaptureQueriesContext

from dispatch import tasks
from dispatch.models import WorkOrder
from journal.models import Entry
from journal.queries import broken_links
from tests.cast import at
from tests.clockwork import Clock
from tests.factories import PetitionFactory, WorkOrderFactory
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def alerts():
    """What the clock has said so far, in order: (action, level)."""
    found = Entry.objects.filter(data__has_key="level").exclude(action__startswith="check").order_by("id")
    return [(entry.action, entry.data["level"]) for entry in found if "order" in entry.data]


def given_at(clock, until):
    """Sweep whenever the clock is to look again; return {(action, level): when it was said}."""
    said = {}
    while (look := WorkOrder.objects.aggregate(first=Min("alert_at"))["first"]) and look < at(until):
        before = len(alerts())
        clock.to(look - timedelta(seconds=1))
        assert tasks.sweep_clock() == 0
        clock.to(look)
        tasks.sweep_clock()
        said |= dict.fromkeys(alerts()[before:], look)
    return said


def test_alerts_follow_the_working_days_across_a_weekend(walk, clock):
    clock.to("2026-11-20 10:00")  # a Friday
    walk.to("assigned")

    said = given_at(clock, "2026-11-27 02:00")

    assert said == {
        ("contact_overdue", 1): at("2026-11-21 10:00"),  # hours run on the clock
        ("sign_overdue", 1): at("2026-11-24 00:00"),  # Monday is over
        ("sign_overdue", 2): at("2026-11-25 00:00"),
        ("sign_overdue", 3): at("2026-11-27 00:00"),
    }


def test_alerts_stand_still_over_national_day(walk, clock):
    walk.to("registered")
    clock.to("2026-09-29 10:00")  # a Tuesday; holiday 1 to 7 October, the 10th is worked for it
    assert_ok(walk.act("dispatcher", "assign", units=["water"]))
    assert_ok(walk.order_act("handler", "sign"))

    order = walk.order
    assert order.internal_due_at == at("2026-10-13 00:00")  # 30 September; 8, 9, 10 and 12 October
    said = given_at(clock, "2026-10-08 00:00")
    assert set(said) == {("contact_overdue", 1)}


def test_an_urgent_order_is_late_after_two_hours(walk, clock):
    clock.to("2026-11-22 23:00")  # a Sunday night
    walk.submit(urgent=True)
    assert_ok(walk.act("dispatcher", "assign", units=["water"]))

    clock.forward(minutes=119)
    tasks.sweep_clock()
    assert alerts() == []
    clock.forward(minutes=1)
    tasks.sweep_clock()

    assert alerts() == [("sign_overdue", 1)]
    assert walk.order.escalation == 1


def test_a_signed_order_reminds_and_then_escalates(walk, clock):
    clock.to("2026-11-16 10:00")  # a Monday; due at the end of Monday the 23rd
    walk.to("in_progress")
    assert_ok(walk.order_act("handler", "contact"))

    said = given_at(clock, "2026-11-28 00:00")

    assert said == {
        ("due_soon", 0): at("2026-11-23 00:00"),
        ("overdue", 1): at("2026-11-24 00:00"),
        ("overdue", 2): at("2026-11-25 00:00"),
        ("overdue", 3): at("2026-11-27 00:00"),
    }
    assert walk.order.escalation == 3
    assert walk.order.state == "signed"  # overdue is no state


def test_each_alert_is_given_exactly_once(walk, clock):
    clock.to("2026-11-20 10:00")
    walk.to("assigned")
    clock.to("2026-11-24 12:00")

    assert tasks.sweep_clock() == 2
    assert tasks.sweep_clock() == 0
    clock.forward(hours=1)
    assert tasks.sweep_clock() == 0


def test_a_week_without_sweeps_is_caught_up_in_order(walk, clock):
    clock.to("2026-11-20 10:00")
    walk.to("assigned")
    clock.to("2026-12-01 10:00")

    tasks.sweep_clock()

    assert alerts() == [("contact_overdue", 1), ("sign_overdue", 1), ("sign_overdue", 2), ("sign_overdue", 3)]
    due = [entry.data["due_at"] for entry in Entry.objects.filter(data__has_key="level").order_by("id")]
    assert due == sorted(due)
    assert broken_links() == []


def test_a_clock_set_back_an_hour_repeats_nothing(walk, clock):
    clock.to("2026-11-20 10:00")
    walk.to("assigned")
    clock.to("2026-11-24 00:30")
    tasks.sweep_clock()
    before = alerts()

    clock.forward(hours=-1)
    tasks.sweep_clock()
    clock.forward(hours=1)
    tasks.sweep_clock()

    assert alerts() == before


def test_an_answered_or_ended_order_is_silent(walk, clock):
    clock.to("2026-11-16 10:00")
    walk.to("replied")
    clock.to("2027-01-16 10:00")

    assert tasks.sweep_clock() == 0
    assert walk.order.alert_at is None


def test_an_extension_moves_the_alerts(walk, clock):
    clock.to("2026-11-16 10:00")
    walk.to("in_progress")
    assert_ok(walk.order_act("handler", "contact"))
    assert_ok(walk.order_act("handler", "request_extension", reason="x", working_days=3))
    clock.to("2026-11-18 00:00")
    tasks.sweep_clock()
    assert alerts() == [("ruling_overdue", 2)]

    assert_ok(walk.order_act("dispatcher", "grant_extension", ruling="同意。"))
    said = given_at(clock, "2026-11-28 00:00")

    assert said == {("due_soon", 0): at("2026-11-26 00:00"), ("overdue", 1): at("2026-11-27 00:00")}


def test_a_poisoned_row_is_put_aside_and_recovers(walk, clock, monkeypatch):
    clock.to("2026-11-20 10:00")
    walk.to("assigned")
    good = PetitionFactory(area=walk.cast.area["EB"])
    WorkOrderFactory(petition=good, department=walk.cast.unit["road"], alert_at=clock.now, sign_due_at=clock.now)
    WorkOrder.objects.filter(pk=walk.order.pk).update(service="unknown")
    clock.to("2026-11-24 12:00")

    tasks.sweep_clock()

    order = walk.order
    assert order.alert_failures == 1
    assert order.alert_error
    assert order.alert_at == clock.now + timedelta(minutes=5)
    assert {entry.matter_id for entry in Entry.objects.filter(action="sign_overdue")} == {good.pk}
    clock.forward(minutes=5)
    tasks.sweep_clock()
    assert walk.order.alert_at == clock.now + timedelta(minutes=10)

    WorkOrder.objects.filter(pk=order.pk).update(service="claim")
    clock.forward(minutes=10)
    tasks.sweep_clock()
    assert walk.order.alert_failures == 0
    assert Entry.objects.filter(action="sign_overdue", matter_id=walk.petition.pk).exists()


def crowd(cast, clock, count):
    for petition in PetitionFactory.create_batch(count, area=cast.area["EB"]):
        WorkOrderFactory(petition=petition, department=cast.unit["water"], alert_at=clock.now, state="signed")


def test_two_hundred_due_orders_take_as_many_statements_as_five(cast, clock):
    taken = []
    for count in (5, 5, 200):
        crowd(cast, clock, count)
        clock.forward(days=10)
        with CaptureQueriesContext(connection) as captured:
            assert tasks.sweep_clock() >= count * 3
        taken.append(len(captured))
        WorkOrder.objects.update(alert_at=None)

    assert taken[1] == taken[2] <= 14, taken


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_give_nothing_twice(cast, clock):
    crowd(cast, clock, 30)
    clock.forward(days=30)
    given, gate = [], threading.Barrier(3)

    def sweep():
        try:
            gate.wait()
            given.append(tasks.sweep_clock())
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(3)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    given.append(tasks.sweep_clock())

    said = list(Entry.objects.values_list("matter_id", "action", "data__level"))
    assert len(said) == len(set(said)) == sum(given) == 30 * 4
    assert broken_links() == []


@pytest.mark.django_db(transaction=True)
def test_the_sweep_leaves_a_matter_that_somebody_is_working_on_to_the_next_time(walk, clock):
    walk.to("assigned")
    clock.forward(days=20)
    given = []

    def sweep():
        try:
            given.append(tasks.sweep_clock())
        finally:
            connection.close()

    with transaction.atomic():
        assert_ok(walk.act("officer", "note", text="在写。"))
        thread = threading.Thread(target=sweep)
        thread.start()
        thread.join(20)
        assert given == [0]

    assert tasks.sweep_clock() == 4
    assert broken_links() == []
