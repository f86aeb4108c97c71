"""A selection of outstanding cases: nominated, shortlisted, voted on in secret, honoured, told to everybody."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from cases.models import Case, Round
from deputies.models import Deputy
from journal.models import Entry, Outbox
from notifications.models import Delivery
from petitions.models import Petition
from stations.models import Reception, ReceptionDuty
from tests.factories import PetitionFactory
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db
CODE = re.compile(r"[2-9A-Y]{4}-[2-9A-Y]{4}")
TOLD = {"title": "校门口不再积水", "problem": "雨天校门口积水，学生涉水进校。", "solution": "清淤并更换三处井盖。"}


class Selection:
    """One selection's way through the API."""

    def __init__(self, cast, **changes):
        self.walk, self.cast = Walk(cast), cast
        values = {"title": "年度优秀案例", "title_en": "Cases of the year", "area": "440310", "voters": "public"}
        values |= {"places": 1, "most": 2, "minimum": 2, **changes}
        self.id = assert_ok(self.post("supervisor", "open/", **values)).json()["id"]

    def post(self, who, path, **values):
        return self.walk.api(who).post(f"/api/v1/case-rounds/{path}", values, format="json")

    def act(self, who, action, **values):
        return self.post(who, f"{self.id}/actions/{action}/", **values)

    @property
    def row(self):
        return Round.objects.get(pk=self.id)

    def matter(self, **changes):
        """A published, concluded petition of East Bank."""
        now = timezone.now()
        values = {
            "area": self.cast.area["EB"],
            "station": self.cast.station["east"],
            "deputy": self.cast.seat,
            "state": "concluded",
            "ended_at": now,
            "publication": "published",
            "public_title": "积水",
            "public_text": "校门口积水。",
            "published_at": now,
            **changes,
        }
        return PetitionFactory(**values)

    def nominate(self, who="officer", **changes):
        values = {**TOLD, **changes}
        if "petition" not in values and "reception" not in values:
            values["petition"] = self.matter().reference
        return self.act(who, "nominate", **values)

    def shortlist(self, number=3):
        for _time in range(number):
            assert_ok(self.nominate())
        assert_ok(self.act("supervisor", "shortlist", cases=[case.pk for case in self.row.cases.order_by("id")]))
        return self

    def vote(self, *ballots):
        """Each ballot is the numbers of the cases marked on it."""
        assert_ok(self.act("supervisor", "open_vote"))
        cases = list(self.row.cases.order_by("id"))
        for n, ballot in enumerate(ballots):
            phone = {"phone": f"1390000{n:04}"}
            asked = self.walk.api().post(f"/api/v1/votes/{self.row.poll_id}/code/", phone, format="json")
            assert asked.status_code == 202
            body = Delivery.objects.filter(channel="sms").order_by("-pk")[0].body
            code = CODE.search(body)[0]
            marks = {cases[number].code: "for" for number in ballot}
            answer = self.walk.api().post("/api/v1/votes/cast/", {"code": code, "marks": marks}, format="json")
            assert answer.status_code == 204, answer.content.decode()
        return cases


@pytest.fixture
def selection(cast):
    return Selection(cast)


def page(who, cast):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(getattr(cast, who))
    return client


def test_from_nomination_to_the_honour_in_the_file(selection, cast):
    first, second, third = selection.shortlist().vote([0, 1], [1], [1, 2])

    body = assert_ok(selection.act("supervisor", "announce")).json()

    assert body["state"] == "honoured"
    assert {case["id"]: case["votes"] for case in body["cases"]} == {first.pk: 1, second.pk: 3, third.pk: 1}
    honoured = selection.walk.api().get("/api/v1/public/cases/").json()["results"]
    assert [case["id"] for case in honoured] == [second.pk]
    assert honoured[0]["deputies"] == ["D1"]
    entry = Entry.objects.get(matter_type="case", action="honoured")
    assert entry.data == {"deputies": [cast.seat.pk], "votes": 3, "station": cast.station["east"].pk}
    told = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/cases/{second.pk}/").content.decode()
    assert TOLD["problem"] in told
    assert TOLD["solution"] in told
    assert "Deputy He" in told
    assert not Outbox.objects.filter(matter_type__in=["case", "case_round"]).exists()


def test_cases_with_as_many_votes_as_the_last_are_honoured_too(selection):
    cases = selection.shortlist().vote([0], [1])
    assert_ok(selection.act("supervisor", "announce"))

    assert {case.pk for case in Case.objects.honoured()} == {cases[0].pk, cases[1].pk}


def test_too_few_voters_are_a_void_vote_that_can_be_held_again(selection):
    selection.shortlist().vote([0])
    assert assert_ok(selection.act("supervisor", "announce")).json()["state"] == "void"
    assert not Entry.objects.filter(matter_type="case").exists()
    assert b"void" in Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/cases/rounds/{selection.id}/").content

    selection.vote([0], [0])

    assert assert_ok(selection.act("supervisor", "announce")).json()["state"] == "honoured"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"publication": "private"}, "does not exist"),
        ({"state": "in_progress", "ended_at": None}, "Only a concluded petition"),
        ({"area": "TG", "station": "tea", "deputy": None}, "not within your reach"),
    ],
)
def test_only_what_is_solved_published_and_within_reach(selection, changes, sentence):
    for name, known in (("area", selection.cast.area), ("station", selection.cast.station)):
        if name in changes:
            changes = {**changes, name: known[changes[name]]}
    answer = selection.nominate(petition=selection.matter(**changes).reference)

    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_a_matter_is_nominated_once(selection):
    matter = selection.matter()
    assert_ok(selection.nominate(petition=matter.reference))

    assert "already" in selection.nominate(petition=matter.reference).content.decode()
    assert selection.row.cases.count() == 1


def test_a_reception_names_the_deputies_who_came(selection, cast):
    now = timezone.now()
    reception = Reception.objects.create(
        station=cast.station["east"],
        starts_at=now - timedelta(hours=3),
        ends_at=now - timedelta(hours=1),
        state="closed",
        state_since=now,
        published_at=now - timedelta(days=4),
    )
    absent = Deputy.objects.create(code="D2", name="缺代表", level="county", term=7, area=cast.area["EB"])
    ReceptionDuty.objects.create(reception=reception, deputy=cast.seat, attended=True)
    ReceptionDuty.objects.create(reception=reception, deputy=absent, attended=False)
    assert selection.nominate("far_officer", reception=reception.pk).status_code == 400

    case = assert_ok(selection.nominate("deputy", reception=reception.pk)).json()["cases"][0]

    assert case["deputies"] == ["D1"]


def test_withdrawn_consent_takes_the_case_back(selection):
    cases = selection.shortlist().vote([0], [0])
    assert_ok(selection.act("supervisor", "announce"))
    assert Client().get(f"/cases/{cases[0].pk}/").status_code == 200

    Petition.objects.filter(pk=cases[0].petition_id).update(publication="private", public_text="")

    assert Client().get(f"/cases/{cases[0].pk}/").status_code == 404
    assert selection.walk.api().get("/api/v1/public/cases/").json()["results"] == []
    assert selection.walk.api().get(f"/api/v1/public/cases/{cases[0].pk}/").status_code == 404
    assert TOLD["problem"].encode() not in Client().get("/cases/").content


def test_deputies_vote_with_a_code_of_their_own(cast):
    selection = Selection(cast, voters="deputies", minimum=1).shortlist()
    assert_ok(selection.act("supervisor", "open_vote"))
    assert (
        selection.walk.api()
        .post(f"/api/v1/votes/{selection.row.poll_id}/code/", {"phone": "13900000001"}, format="json")
        .status_code
        == 404
    )  # not open to everybody
    for who in ("officer", "supervisor"):
        assert selection.act(who, "code").status_code == 403

    code = assert_ok(selection.act("deputy", "code")).json()["code"]

    assert assert_ok(selection.act("deputy", "code")).json()["code"] == code
    case = selection.row.cases.first()
    vote = {"code": code, "marks": {case.code: "for"}}
    assert selection.walk.api().post("/api/v1/votes/cast/", vote, format="json").status_code == 204
    assert selection.walk.api().post("/api/v1/votes/cast/", vote, format="json").status_code == 400


MOVES = {
    "nominate": {**TOLD, "petition": "x"},
    "shortlist": {"cases": []},
    "open_vote": {},
    "code": {},
    "announce": {},
}


@pytest.mark.parametrize("move", MOVES)
def test_who_may_make_which_move(selection, move):
    for who in ("handler", "head", "neighbour", "resident", "root", "system_admin"):
        assert selection.act(who, move, **MOVES[move]).status_code == 404, who
        assert page(who, selection.cast).post(f"/desk/cases/{selection.id}/{move}/").status_code == 404
    assert selection.act(None, move).status_code == 401
    if move in ("shortlist", "open_vote", "announce"):
        for who in ("officer", "station_head", "deputy", "far_officer", "far_dispatcher"):
            assert selection.act(who, move, **MOVES[move]).status_code == 403, who
    assert selection.row.state == "nominating"


def test_only_the_commission_of_the_area_opens_a_selection(selection):
    values = {"title": "x", "area": "440310", "voters": "public"}
    for who in ("officer", "deputy", "far_dispatcher", "neighbour", "handler"):
        assert selection.post(who, "open/", **values).status_code == 403, who
    assert selection.post("far_dispatcher", "open/", **{**values, "area": "HS"}).status_code == 201
    assert selection.walk.api("officer").get("/api/v1/case-rounds/").json()["results"][0]["id"] == selection.id
    assert (
        len(selection.walk.api("officer").get("/api/v1/case-rounds/").json()["results"]) == 1
    )  # Hillside's is not theirs


def test_before_the_vote_nothing_is_public(selection):
    selection.shortlist()

    assert Client().get(f"/cases/rounds/{selection.id}/").status_code == 404
    assert TOLD["title"].encode() not in Client().get("/cases/").content
    assert selection.act("supervisor", "shortlist", cases=[selection.row.cases.first().pk]).status_code == 400


def test_the_whole_way_by_page(cast):
    commission, officer = page("supervisor", cast), page("officer", cast)
    values = {"title": "年度案例", "area": "440310", "voters": "public", "places": 1, "most": 1, "minimum": 1}
    assert commission.post("/desk/cases/", {**values, "title": ""}).status_code == 422
    here = commission.post("/desk/cases/", values)["Location"]
    helper = Selection.__new__(Selection)
    helper.cast = cast
    for _time in range(2):
        form = {**TOLD, "petition": helper.matter().reference}
        assert officer.post(f"{here}nominate/", form).status_code == 302
    wrong = officer.post(f"{here}nominate/", {**TOLD, "petition": "nothing"})
    assert wrong.status_code == 422
    assert TOLD["solution"] in wrong.content.decode()
    assert officer.get(here).status_code == 200
    cases = list(Case.objects.values_list("pk", flat=True))
    assert commission.post(f"{here}shortlist/", {"cases": cases[:1]}).status_code == 422
    assert commission.post(f"{here}shortlist/", {"cases": cases}).status_code == 302
    assert commission.post(f"{here}open_vote/").status_code == 302
    assert (
        b"Have a code sent" in Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/cases/rounds/{Round.objects.get().pk}/").content
    )
    assert commission.post(f"{here}announce/").status_code == 302
    assert Round.objects.get().state == "void"
    assert officer.post("/desk/cases/", values).status_code == 404


@pytest.mark.parametrize("address", ["/cases/", "/desk/cases/", "/api/v1/public/cases/"])
def test_fifty_cost_no_more_statements_than_five(selection, address):
    def more(number):
        for _time in range(number):
            case = Case.objects.create(
                round=selection.row, petition=selection.matter(), **TOLD, state="honoured", honoured_at=timezone.now(),
                nominated_by=User.objects.get(username="officer"), nominated_at=timezone.now(), votes=1,
            )  # fmt: skip
            case.deputies.add(selection.cast.seat)

    def cost():
        client = page("officer", selection.cast)
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    more(5)
    few = cost()
    more(20)
    assert cost() == few
