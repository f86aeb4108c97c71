"""Before a unit has it: register, classify, restrict and release, decline, merge, answer on the spot, note."""

import pytest
from django.utils import timezone

from directory.queries import calendar
from journal.models import Entry
from petitions.models import Petition
from tests.cast import at
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def new(walk):
    walk.to("submitted")
    return walk


def in_working_days(days):
    return calendar().add_working_days(timezone.now(), days)


def last_entry(walk):
    return Entry.objects.filter(matter_id=walk.petition.pk).latest("id")


def test_registering_starts_the_triage_limit(new):
    answer = assert_ok(new.act("officer", "register")).json()

    petition = new.petition
    assert answer["state"] == petition.state == "registered"
    assert petition.registered_at is not None
    assert petition.due_at == in_working_days(2)
    entry = last_entry(new)
    assert (entry.action, entry.actor_kind, entry.from_state, entry.to_state) == (
        "register", "officer", "submitted", "registered",
    )  # fmt: skip
    assert entry.actor == new.cast.officer
    assert "assign" not in {move["name"] for move in answer["moves"]}


def test_a_dispatcher_is_offered_the_assignment_after_registering(new):
    moves = assert_ok(new.act("dispatcher", "register")).json()["moves"]

    assert {"assign", "decline", "merge", "classify"} <= {move["name"] for move in moves}


def test_classifying_changes_only_what_is_given(new):
    assert_ok(new.act("officer", "classify", category="road", area="TG"))

    petition = new.petition
    assert (petition.category.code, petition.area.code, petition.station.code) == ("road", "TG", "tea")
    assert petition.state == "submitted"
    assert last_entry(new).data == {"changed": {"category": ["", "road"], "area": ["EB", "TG"]}}


def test_classifying_anew_buys_nobody_time(new):
    Petition.objects.update(state_since=at("2026-11-02 10:00"), submitted_at=at("2026-11-02 10:00"))

    for urgency in ("urgent", "ordinary"):
        assert_ok(new.act("officer", "classify", urgency=urgency))

    assert new.petition.due_at == at("2026-11-04 00:00")  # one working day after the 2nd
    assert new.petition.state_since == at("2026-11-02 10:00")


def test_the_legal_limit_follows_the_type(new):
    assert new.petition.statutory_due_at is not None
    assert_ok(new.act("officer", "classify", kind="suggestion"))
    assert new.petition.statutory_due_at is None

    assert_ok(new.act("officer", "classify", kind="claim"))

    limit = new.petition.statutory_due_at - new.petition.submitted_at
    assert limit.days == 60


@pytest.mark.parametrize("change", [{"kind": "accusation"}, {"category": "conduct"}])
def test_an_accusation_found_in_triage_takes_the_restricted_route_at_once(new, change):
    assert_ok(new.act("officer", "classify", **change))

    assert new.petition.restricted
    assert new.petition.state == "registered"
    assert new.act("officer", "note", text="?").status_code == 404
    assert new.actions_so_far() == ["submit", "classify", "restrict"]


def test_restricting_takes_it_from_units_deputies_and_the_public(walk):
    walk.to("in_progress")
    order = walk.order

    assert_ok(walk.act("dispatcher", "restrict", reason="举报公职人员。"))

    petition = walk.petition
    order.refresh_from_db()
    assert (petition.state, petition.restricted, petition.publication) == ("registered", True, "private")
    assert petition.lead_unit is None
    assert order.state == "cancelled"
    for who in ("handler", "head", "officer", "dispatcher"):
        assert walk.api(who).get(f"/api/v1/petitions/{walk.reference}/").status_code == 404
        assert walk.api(who).get("/api/v1/work-orders/").json()["results"] == []
    assert walk.api("supervisor").get(f"/api/v1/petitions/{walk.reference}/").status_code == 200


def test_a_released_petition_goes_back_to_triage_and_is_not_assigned_by_the_router(new):
    assert_ok(new.act("officer", "restrict"))

    assert_ok(new.act("supervisor", "release", reason="不是检举。"))

    petition = new.route()
    assert (petition.restricted, petition.state) == (False, "registered")
    assert petition.routing.departments[0]["code"] == "water"


def test_declining_takes_a_proposal_and_a_decision(new):
    assert_ok(new.act("officer", "propose_decline", reason="已在诉讼中。", channel="人民法院"))
    petition = new.petition
    assert petition.state == "registered"
    assert petition.due_at == in_working_days(2)
    assert petition.decline_proposed_at is not None

    assert_ok(new.act("dispatcher", "decline"))

    petition = new.petition
    assert (petition.state, petition.decline_reason, petition.decline_channel) == (
        "declined", "已在诉讼中。", "人民法院",
    )  # fmt: skip
    assert petition.ended_at is not None
    shown = assert_ok(new.holder().get(f"/api/v1/petitions/{new.reference}/")).json()["timeline"][-1]
    assert "人民法院" in shown["note"]


def test_declining_without_the_lawful_channel_is_refused(new):
    answer = new.act("dispatcher", "decline", reason="不受理。")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "channel"
    assert new.petition.state == "submitted"


def test_a_proposal_not_to_accept_can_be_refused(new):
    assert new.act("dispatcher", "register").status_code == 200
    assert new.act("dispatcher", "refuse_decline", reason="受理。").status_code == 409
    assert_ok(new.act("officer", "propose_decline", reason="x", channel="y"))

    assert_ok(new.act("dispatcher", "refuse_decline", reason="应当受理。"))

    assert new.petition.state == "registered"
    assert new.petition.decline_proposed_at is None
    assert new.petition.decline_reason == ""


def test_a_merged_petition_follows_its_main_one(walk):
    main = Walk(walk.cast).to("assigned")
    walk.submit()

    assert_ok(walk.act("officer", "merge", into=main.reference))

    petition = walk.petition
    assert (petition.state, petition.merged_into.reference) == ("merged", main.reference)
    shown = assert_ok(walk.holder().get(f"/api/v1/petitions/{walk.reference}/")).json()
    assert shown["main"]["state"] == "assigned"
    assert main.actions_so_far()[-1] == "merged_from"


def test_what_is_restricted_is_not_shown_to_those_merged_into_it(walk):
    main = Walk(walk.cast).to("registered")
    walk.submit()
    assert_ok(walk.act("officer", "merge", into=main.reference))

    assert_ok(main.act("officer", "restrict"))

    assert assert_ok(walk.holder().get(f"/api/v1/petitions/{walk.reference}/")).json()["main"] is None


@pytest.mark.parametrize("into", ["itself", "closed", "restricted", "unseen", "nonsense"])
def test_merging_needs_an_open_petition_that_one_can_see(walk, into):
    main = Walk(walk.cast).to("registered")
    walk.submit()
    target = main.reference
    if into == "itself":
        target = walk.reference
    elif into == "closed":
        main.mine("withdraw")
    elif into == "restricted":
        main.act("officer", "restrict")
    elif into == "unseen":
        Petition.objects.filter(pk=main.petition.pk).update(station=walk.cast.station["tea"])
    else:
        target = "nonsense"

    answer = walk.act("officer", "merge", into=target)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "into"
    assert walk.petition.state == "submitted"


def test_a_petition_others_were_merged_into_is_not_merged_itself(walk):
    main, other = Walk(walk.cast).to("registered"), Walk(walk.cast).to("registered")
    walk.submit()
    assert_ok(walk.act("officer", "merge", into=main.reference))

    assert main.act("officer", "merge", into=other.reference).status_code == 400


def test_an_answer_on_the_spot_waits_for_the_resident(new):
    assert_ok(new.act("officer", "answer_on_spot", text="今天下午来清。"))

    petition = new.petition
    assert (petition.state, petition.due_at) == ("awaiting_evaluation", in_working_days(5))
    shown = assert_ok(new.holder().get(f"/api/v1/petitions/{new.reference}/")).json()
    assert shown["timeline"][-1]["note"] == "今天下午来清。"
    assert shown["can_evaluate"]


def test_who_is_not_content_with_an_answer_on_the_spot_goes_to_triage(new):
    assert_ok(new.act("officer", "answer_on_spot", text="没有办法。"))

    assert_ok(new.mine("evaluate", process="satisfied", result="dissatisfied", comment="没解决。"))

    assert new.petition.state == "registered"
    assert new.petition.failures == 1
    assert_ok(new.act("dispatcher", "assign", units=["water"]))


def test_notes_are_for_colleagues_only(new):
    assert_ok(new.act("officer", "note", text="此人常来。"))

    assert "此人常来" in new.api("dispatcher").get(f"/api/v1/petitions/{new.reference}/").content.decode()
    assert "此人常来" not in new.holder().get(f"/api/v1/petitions/{new.reference}/").content.decode()
    assert "此人常来" not in new.api("resident").get(f"/api/v1/petitions/{new.reference}/").content.decode()
