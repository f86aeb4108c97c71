"""A deputy follows a matter: what is shown before, what opens afterwards, what limits there are, what counts."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from deputies.actions import file_facts, load_rules
from deputies.models import Deputy, DutyPolicy, DutyTotal
from journal.models import Entry
from notifications.models import Delivery
from petitions import actions
from petitions.actions.telling import tell
from petitions.models import Claim, Petition
from tests.factories import PetitionFactory
from tests.walk import TEXT, assert_ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_matter(walk):
    """A matter of East Bank's station, assigned to the water unit, addressed to no deputy."""
    return walk.to("assigned")


def listed(walk, who="deputy"):
    answer = walk.api(who).get("/api/v1/claimable/")
    return [row["reference"] for row in answer.json()["results"]] if answer.status_code == 200 else answer.status_code


def follow(walk, who="deputy", reference=None):
    return walk.api(who).post(f"/api/v1/claimable/{reference or walk.reference}/claim/", {}, format="json")


def test_before_it_is_followed_no_word_of_the_residents_is_shown(open_matter):
    body = open_matter.api("deputy").get("/api/v1/claimable/").content.decode()
    row = json.loads(body)["results"][0]

    assert row["reference"] == open_matter.reference
    assert row["area"]["code"] == "EB"
    assert row["public_title"] == row["public_text"] == ""
    petition = open_matter.petition
    for secret in (TEXT[:8], petition.title[:8], petition.contact.phone, petition.contact.name or "139"):
        assert secret not in body
    assert open_matter.api("deputy").get(f"/api/v1/petitions/{open_matter.reference}/").status_code == 404


def test_a_published_text_waiting_for_approval_is_not_shown(open_matter):
    Petition.objects.update(publication="proposed", public_title="未批准的标题", public_text="未批准的正文")
    assert "未批准" not in open_matter.api("deputy").get("/api/v1/claimable/").content.decode()

    Petition.objects.update(publication="published", published_at=timezone.now())
    assert "未批准的正文" in open_matter.api("deputy").get("/api/v1/claimable/").content.decode()


def test_following_opens_it_and_the_resident_and_the_station_are_told(open_matter):
    body = assert_ok(follow(open_matter)).json()
    page = open_matter.api("deputy").get(f"/api/v1/petitions/{open_matter.reference}/")

    assert page.status_code == 200
    assert {"unclaim", "remark", "ask_supervision"} <= {move["name"] for move in body["moves"]}
    assert open_matter.reference in [
        row["reference"] for row in open_matter.api("deputy").get("/api/v1/work-orders/").json()["results"]
    ]
    assert open_matter.petition.contact.phone not in page.content.decode()
    assert listed(open_matter) == []
    while tell(now=timezone.now()):
        pass
    told = Delivery.objects.filter(event=f"journal:{Entry.objects.get(action='claim').pk}")
    assert {d.user.username if d.user else "resident" for d in told} == {"resident", "officer", "station_head"}
    assert (
        "A deputy follows this matter from now on"
        in open_matter.holder().get(f"/api/v1/petitions/{open_matter.reference}/").content.decode()
    )


@pytest.mark.parametrize(
    "change",
    [
        {"restricted": True, "state": "registered"},
        {"state": "submitted"},
        {"state": "concluded", "ended_at": timezone.now()},
        {"station": "tea", "area": "TG"},
        {"deputy": "other"},
    ],
)
def test_what_cannot_be_followed(open_matter, change):
    cast = open_matter.cast
    other = Deputy.objects.create(code="D2", name="别人", level="county", term=7, area=cast.area["TG"])
    named = {"station": cast.station["tea"], "area": cast.area["TG"], "deputy": other}
    Petition.objects.update(**{k: named.get(k, v) for k, v in change.items()})

    assert listed(open_matter) == []
    assert follow(open_matter).status_code == 404
    assert not Claim.objects.exists()


def test_nobody_but_a_deputy_in_office_has_the_list(open_matter):
    for who in ("officer", "dispatcher", "supervisor", "handler", "resident", "neighbour", "root"):
        assert listed(open_matter, who) == 404
        assert follow(open_matter, who).status_code == 404
    open_matter.cast.seat.is_active = False
    open_matter.cast.seat.save()
    assert listed(open_matter) == 404


def test_a_deputy_does_not_follow_the_own_petition(open_matter):
    phone = open_matter.petition.contact.phone
    User.objects.filter(username="resident").update(phone_index="")
    deputy = open_matter.cast.deputy
    deputy.phone = phone
    deputy.save()
    assert open_matter.reference not in listed(open_matter)
    assert follow(open_matter).status_code == 404


def test_one_deputy_at_a_time_and_no_more_than_the_limit(open_matter):
    cast = open_matter.cast
    other = Deputy.objects.create(
        code="D2", user=cast.neighbour, name="二", level="county", term=7, area=cast.area["EB"]
    )
    cast.station["east"].deputies.add(other)
    assert_ok(follow(open_matter))
    assert follow(open_matter, "neighbour").status_code == 404

    DutyPolicy.objects.create(pk=1, claims_at_once=1)
    second = PetitionFactory(area=cast.area["EB"], station=cast.station["east"], state="assigned")
    answer = follow(open_matter, reference=second.reference)
    assert (answer.status_code, Claim.objects.count()) == (409, 1)
    with pytest.raises(actions.CannotClaim):  # the list was read before, the matter is gone by now
        actions.claim(petition=open_matter.petition, by=cast.neighbour, now=timezone.now())


def test_who_leaves_it_reads_it_no_longer_and_others_may_follow(open_matter):
    assert_ok(follow(open_matter))
    assert open_matter.act("deputy", "unclaim", reason="").status_code == 400
    assert open_matter.act("deputy", "unclaim", reason="工作变动。").status_code == 200

    assert open_matter.api("deputy").get(f"/api/v1/petitions/{open_matter.reference}/").status_code == 404
    assert listed(open_matter) == [open_matter.reference]


def test_a_matter_that_turns_out_restricted_is_shut_again(open_matter):
    assert_ok(follow(open_matter))
    assert_ok(open_matter.act("dispatcher", "restrict", reason="检举。"))

    for address in (f"petitions/{open_matter.reference}/", f"petitions/{open_matter.reference}/similar/"):
        assert open_matter.api("deputy").get(f"/api/v1/{address}").status_code == 404
    assert open_matter.api("deputy").get("/api/v1/worklist/").json()["results"] == []
    assert open_matter.api("deputy").get("/api/v1/work-orders/").json()["results"] == []


def test_a_deputy_urges_once_in_five_working_days_and_others_as_before(open_matter):
    assert_ok(follow(open_matter))
    assert_ok(open_matter.order_act("deputy", "urge", note="请尽快办理。"))
    again = open_matter.order_act("deputy", "urge", note="再催。")
    assert again.status_code == 409
    assert "5 working days" in again.json()["detail"]

    order = open_matter.order
    order.urged_at = timezone.now() - timedelta(days=2)
    order.save()
    assert_ok(open_matter.order_act("supervisor", "urge", note="请尽快。"))
    with pytest.raises(actions.CannotPress):
        actions.urge(order=order, by=open_matter.cast.deputy, now=timezone.now() + timedelta(days=2), note="再催。")
    actions.urge(order=order, by=open_matter.cast.deputy, now=timezone.now() + timedelta(days=40), note="再催。")


def test_a_deputy_reads_the_own_urging_again_and_nobody_elses(open_matter):
    """Staff read all; the resident, and another deputy who follows the matter, that the unit was urged."""
    assert_ok(follow(open_matter))
    assert_ok(open_matter.order_act("deputy", "urge", note="请尽快办理。"))
    order = open_matter.order
    order.urged_at = timezone.now() - timedelta(days=2)
    order.save()
    assert_ok(open_matter.order_act("supervisor", "urge", note="内部：本周必须办结。"))
    cast = open_matter.cast
    other = Deputy.objects.create(
        code="D2", user=cast.neighbour, name="二", level="county", term=7, area=cast.area["EB"]
    )
    Petition.objects.filter(reference=open_matter.reference).update(deputy=other)

    def urgings(client):
        steps = client.get(f"/api/v1/petitions/{open_matter.reference}/").json()["timeline"]
        return [step["note"] for step in steps if step["action"] == "urge"]

    assert urgings(open_matter.api("deputy")) == ["请尽快办理。", ""]
    assert urgings(open_matter.api("neighbour")) == ["", ""]
    assert urgings(open_matter.api("officer")) == ["请尽快办理。", "内部：本周必须办结。"]
    client = Client()
    client.force_login(open_matter.cast.deputy)
    page = client.get(f"/desk/petitions/{open_matter.reference}/").content.decode()
    assert "请尽快办理。" in page
    assert "内部：本周必须办结。" not in page


def test_supervision_is_asked_for_once_and_ordered_by_the_supervisor(open_matter):
    assert_ok(follow(open_matter))
    assert_ok(open_matter.act("deputy", "ask_supervision", reason="已拖两周。"))
    assert open_matter.act("deputy", "ask_supervision", reason="再请。").status_code == 409
    assert open_matter.petition.supervised_at is None
    assert open_matter.act("deputy", "supervise", reason="x").status_code == 403
    assert_ok(open_matter.act("supervisor", "supervise", reason="同意。"))


def test_claimed_urged_and_solved_go_into_the_duty_file_each_with_its_journal_row(open_matter):
    load_rules()
    assert_ok(follow(open_matter))
    assert_ok(open_matter.order_act("deputy", "urge", note="请尽快办理。"))
    assert_ok(open_matter.act("deputy", "ask_supervision", reason="已拖两周。"))
    assert_ok(open_matter.order_act("head", "sign"))
    assert_ok(open_matter.order_act("head", "reply", text="已清淤。", result_class="a"))
    assert_ok(open_matter.act("officer", "approve_reply"))
    assert_ok(open_matter.mine("evaluate", process="satisfied", result="satisfied"))
    while file_facts(now=timezone.now()):
        pass

    totals = dict(DutyTotal.objects.filter(deputy=open_matter.cast.seat).values_list("item", "points"))
    assert totals == {"claimed": 0, "urged": 0, "supervision": 0, "solved": 15}


def test_a_matter_a_deputy_raised_counts_and_a_restricted_one_leaves_no_trace(walk):
    load_rules()
    assert walk.submit("deputy", channel="deputy").status_code == 201
    walk.submit("deputy", channel="deputy", kind="accusation", phone="13700000001")
    while file_facts(now=timezone.now()):
        pass

    assert list(DutyTotal.objects.values_list("item", "count")) == [("raised", 1)]


def test_the_list_takes_as_many_statements_for_fifty_rows_as_for_five(open_matter, django_assert_max_num_queries):
    cast = open_matter.cast
    for _number in range(50):
        PetitionFactory(area=cast.area["EB"], station=cast.station["east"], state="assigned")
    client = open_matter.api("deputy")
    with django_assert_max_num_queries(8):
        assert len(client.get("/api/v1/claimable/?page_size=50").json()["results"]) == 50
