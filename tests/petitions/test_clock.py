"""The petition's own clock: overdue words, silence concluded as unrated, the archive; and what was stranded."""

from datetime import timedelta

import pytest

from accounts.models import Contact
from journal.models import Entry, Outbox
from notifications.models import Delivery
from petitions import tasks
from petitions.actions import alerts as alerting
from petitions.actions import telling
from petitions.models import Petition
from tests.cast import at
from tests.clockwork import Clock
from tests.factories import PetitionFactory
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def said(walk):
    found = Entry.objects.filter(matter_id=walk.petition.pk, actor=None, actor_kind="system").order_by("id")
    return [entry.action for entry in found]


def test_a_petition_nobody_registers_is_said_to_be_late(walk, clock):
    clock.to("2026-11-20 10:00")  # a Friday; one working day
    walk.submit()
    clock.to("2026-11-23 23:59")
    tasks.sweep_clock()
    assert said(walk) == []

    clock.to("2026-11-24 00:00")
    tasks.sweep_clock()

    assert said(walk) == ["register_overdue"]
    assert [row["reference"] for row in walk.api("officer").get("/api/v1/worklist/?tab=overdue").json()["results"]]


def test_the_legal_fifteen_days_are_watched_as_well(walk, clock):
    clock.to("2026-11-02 10:00")
    walk.to("registered")
    clock.to("2026-11-17 10:00")

    tasks.sweep_clock()

    assert said(walk) == ["triage_overdue"] * 3 + ["statutory_register_overdue"]


def test_silence_concludes_unrated_after_a_reminder(walk, clock):
    clock.to("2026-11-16 10:00")
    walk.to("awaiting_evaluation")
    clock.to("2026-11-23 00:00")
    tasks.sweep_clock()
    assert said(walk) == ["evaluation_reminder"]
    clock.to("2026-11-24 00:00")

    tasks.sweep_clock()

    petition = walk.petition
    assert (petition.state, petition.result, petition.ended_at) == ("concluded", "", clock.now)
    assert said(walk) == ["evaluation_reminder", "lapse"]
    assert walk.mine("evaluate", process="satisfied", result="satisfied").status_code == 409


def test_silence_after_rework_is_unrated_too(walk, clock):
    clock.to("2026-11-16 10:00")
    walk.to("awaiting_evaluation")
    assert_ok(walk.mine("evaluate", process="satisfied", result="dissatisfied", comment="没修。"))
    assert_ok(walk.order_act("head", "reply", text="已修。", result_class="a"))
    assert_ok(walk.act("officer", "approve_reply"))
    clock.forward(days=10)

    tasks.sweep_clock()

    assert (walk.petition.state, walk.petition.result) == ("concluded", "")
    assert walk.petition.evaluations.count() == 1


def test_a_concluded_petition_is_archived_after_twenty_working_days(walk, clock):
    clock.to("2026-11-16 10:00")
    walk.to("concluded")
    clock.to("2026-12-14 23:59")
    tasks.sweep_clock()
    assert walk.petition.state == "concluded"

    clock.to("2026-12-15 00:00")
    tasks.sweep_clock()

    assert (walk.petition.state, walk.petition.alert_at) == ("archived", None)
    assert said(walk) == ["archive"]


def test_after_a_long_outage_everything_happens_once_and_in_order(walk, clock):
    clock.to("2026-11-16 10:00")
    walk.to("awaiting_evaluation")
    clock.to("2027-03-01 10:00")

    tasks.sweep_clock()
    tasks.sweep_clock()

    assert said(walk) == ["evaluation_reminder", "lapse"]
    clock.to("2027-06-01 10:00")
    tasks.sweep_clock()
    assert walk.petition.state == "archived"


def test_a_move_of_the_clock_that_fails_stops_no_other_and_is_made_later(walk, clock, monkeypatch):
    clock.to("2026-11-16 10:00")
    other = Walk(walk.cast).to("awaiting_evaluation")
    walk.to("awaiting_evaluation")
    clock.to("2026-11-24 00:00")
    lapse = alerting.MOVES_OF_THE_CLOCK["lapse"]

    def failing(*, petition, now):
        if petition.pk == walk.petition.pk:
            raise RuntimeError("poisoned")
        return lapse(petition=petition, now=now)

    monkeypatch.setitem(alerting.MOVES_OF_THE_CLOCK, "lapse", failing)
    tasks.sweep_clock()
    assert (walk.petition.state, other.petition.state) == ("awaiting_evaluation", "concluded")
    assert walk.petition.alert_error == "RuntimeError"

    monkeypatch.setitem(alerting.MOVES_OF_THE_CLOCK, "lapse", lapse)
    clock.forward(minutes=5)
    tasks.sweep_clock()
    assert walk.petition.state == "concluded"


def test_petitions_a_lost_message_left_unrouted_are_found(walk, clock, settings):
    settings.ROUTER_CONFIDENCE = 0.5
    walk.submit(category="drain")
    tasks.replay_stranded()
    assert walk.petition.routed_at is None  # its message may still be on the way

    clock.forward(seconds=31)
    tasks.replay_stranded()

    assert walk.petition.state == "assigned"
    tasks.replay_stranded()
    assert walk.actions_so_far() == ["submit", "register", "assign"]


def test_one_that_cannot_be_routed_holds_up_no_other(walk, clock, monkeypatch):
    first = Walk(walk.cast).to("submitted")
    walk.submit()
    clock.forward(seconds=31)
    route = tasks.actions.route

    def failing(*, petition, now):
        if petition.pk == first.petition.pk:
            raise RuntimeError("poisoned")
        return route(petition=petition, now=now)

    monkeypatch.setattr(tasks.actions, "route", failing)
    tasks.replay_stranded()

    assert first.petition.routed_at is None
    assert walk.petition.routed_at is not None


def test_untold_rows_of_the_outbox_are_told(walk):
    walk.to("assigned")
    assert Outbox.objects.count() == 3

    tasks.replay_stranded()

    assert Outbox.objects.count() == 0
    assert Delivery.objects.filter(contact=walk.petition.contact).count() == 2


def test_a_row_that_cannot_be_told_waits_and_stops_no_other(walk, clock, monkeypatch):
    walk.to("assigned")
    good = telling.messages_for

    def failing(entry, petition, **given):
        if entry.action == "submit":
            raise RuntimeError("poisoned")
        return good(entry, petition, **given)

    monkeypatch.setattr(telling, "messages_for", failing)
    tasks.replay_stranded()
    row = Outbox.objects.get()
    assert (row.attempts, row.error, row.next_attempt_at) == (1, "RuntimeError", clock.now + timedelta(minutes=1))

    monkeypatch.setattr(telling, "messages_for", good)
    clock.forward(minutes=1)
    tasks.replay_stranded()
    assert not Outbox.objects.exists()


def test_a_row_of_a_petition_that_is_gone_stops_no_other(walk):
    gone = PetitionFactory(area=walk.cast.area["EB"])
    Entry.objects.create(matter_type="petition", matter_id=gone.pk, action="submit", at=at("2026-11-20 10:00"))
    contact = gone.contact
    gone.delete()
    Contact.objects.filter(pk=contact.pk).delete()
    walk.submit()

    tasks.replay_stranded()

    assert Outbox.objects.get().error == "KeyError"
    assert Delivery.objects.filter(contact=Petition.objects.get().contact).exists()
