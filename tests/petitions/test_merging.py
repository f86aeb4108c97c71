"""A merging undone within the hour: state, limits and orders as they were, everybody concerned told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.models import Request
from journal.models import Entry
from notifications.models import Delivery
from petitions import actions
from petitions.actions.telling import tell
from petitions.models import Petition
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db
KEPT = ("state", "state_since", "due_at", "lead_unit_id", "ended_at", "merged_into_id", "alert_at")


def facts(walk):
    return {name: getattr(walk.petition, name) for name in KEPT}


@pytest.fixture
def main(cast):
    return Walk(cast).to("registered")


@pytest.mark.parametrize("state", ["submitted", "registered", "assigned", "in_progress"])
def test_everything_is_as_it_was(walk, main, state):
    walk.to(state)
    before = facts(walk)
    assert_ok(walk.act("officer", "merge", into=main.reference))
    assert_ok(walk.act("officer", "unmerge"))

    assert facts(walk) == before
    assert main.actions_so_far()[-2:] == ["merged_from", "unmerged_from"]


def test_orders_go_on_with_their_limits_and_the_units_request(walk, main):
    walk.to("registered")
    walk.act("dispatcher", "assign", units=["water"], co_units=["road"])
    walk.order_act("handler", "sign")
    walk.order_act("handler", "request_extension", reason="等待配件", working_days=3)
    before = [walk.order, walk.order_of("road")]
    assert_ok(walk.act("dispatcher", "merge", into=main.reference))
    assert {walk.order.state, walk.order_of("road").state} == {"cancelled"}
    assert_ok(walk.act("dispatcher", "unmerge"))

    for old, new in zip(before, [walk.order, walk.order_of("road")], strict=True):
        assert (old.pk, old.state, old.internal_due_at) == (new.pk, new.state, new.internal_due_at)
        assert new.closed_at is None
        assert new.alert_at is not None
    assert Request.objects.get().state == "open"
    assert_ok(walk.order_act("dispatcher", "grant_extension", ruling="同意"))


def test_after_an_hour_it_stays(walk, main):
    walk.to("registered")
    assert_ok(walk.act("officer", "merge", into=main.reference))
    assert "unmerge" in {move["name"] for move in walk.api("officer").get(staff(walk)).json()["moves"]}
    Petition.objects.filter(reference=walk.reference).update(state_since=timezone.now() - timedelta(minutes=61))
    assert "unmerge" not in {move["name"] for move in walk.api("officer").get(staff(walk)).json()["moves"]}
    with pytest.raises(actions.CannotMerge, match="one hour"):
        actions.unmerge(petition=walk.petition, by=walk.cast.officer, now=timezone.now() + timedelta(minutes=61))
    assert walk.petition.state == "merged"


def staff(walk):
    return f"/api/v1/petitions/{walk.reference}/"


@pytest.mark.parametrize(("who", "status"), [("supervisor", 403), ("head", 404), ("far_officer", 404), ("deputy", 404)])
def test_others_do_not_undo_it(walk, main, who, status):
    walk.to("registered")
    walk.act("officer", "merge", into=main.reference)
    assert walk.act(who, "unmerge").status_code == status


def test_twice_is_refused(walk, main):
    walk.to("registered")
    walk.act("officer", "merge", into=main.reference)
    assert_ok(walk.act("officer", "unmerge"))
    assert walk.act("officer", "unmerge").status_code == 409
    assert_ok(walk.act("officer", "merge", into=main.reference))
    assert_ok(walk.act("dispatcher", "unmerge"))


def test_the_petitioner_and_the_units_are_told(walk, main):
    walk.to("in_progress")
    walk.act("officer", "merge", into=main.reference)
    walk.act("officer", "unmerge")
    entry = Entry.objects.get(action="unmerge")
    tell(now=timezone.now(), petition_ids=[walk.petition.pk])
    told = Delivery.objects.filter(event=f"journal:{entry.pk}")
    assert told.filter(channel="sms", contact=walk.petition.contact).count() == 1
    again = Entry.objects.get(action="take_up")
    inboxes = Delivery.objects.filter(event=f"journal:{again.pk}", channel="inbox")
    assert {each.user.username for each in inboxes} == {"handler", "head"}
