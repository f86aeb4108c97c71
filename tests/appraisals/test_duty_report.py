"""A duty report from the duty file to the announced vote, through pages and API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appraisals.models import AppraisalRule, DutyReport
from ballots.models import Code
from deputies.actions import file_facts, load_rules
from deputies.models import DutyRecord
from directory.calendar import local_day
from journal import actions as journal
from journal.models import Entry, Outbox
from notifications.models import Delivery
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db
YEAR = local_day(timezone.now()).year
WORDS = "各位选民：一年来我坚持每月进站接待，跟进解决了校门口积水等问题，现将履职情况报告如下，请评议。"


class Report:
    """One report's way through the API."""

    def __init__(self, cast):
        self.walk, self.cast = Walk(cast), cast
        self.id = assert_ok(self.post("deputy", "start/", deputy="D1", year=YEAR)).json()["id"]

    def post(self, who, path, **values):
        return self.walk.api(who).post(f"/api/v1/duty-reports/{path}", values, format="json")

    def act(self, who, action, **values):
        return self.post(who, f"{self.id}/actions/{action}/", **values)

    def get(self, who):
        return self.walk.api(who).get(f"/api/v1/duty-reports/{self.id}/")

    @property
    def row(self):
        return DutyReport.objects.get(pk=self.id)

    def publish(self):
        assert_ok(self.act("deputy", "edit", text=WORDS))
        assert_ok(self.act("deputy", "hand_in"))
        assert_ok(self.act("officer", "publish"))
        return self

    def convene(self):
        meeting = timezone.now() + timedelta(minutes=5)
        assert_ok(self.act("officer", "convene", meeting_at=meeting.isoformat(), place="社区会议室"))
        DutyReport.objects.filter(pk=self.id).update(meeting_at=timezone.now() - timedelta(minutes=1))
        return self

    def vote(self, satisfied, basically=0, dissatisfied=0):
        options = ["satisfied"] * satisfied + ["basically_satisfied"] * basically + ["dissatisfied"] * dissatisfied
        codes = assert_ok(self.act("officer", "issue_codes", number=len(options) + 3)).json()["codes"]
        assert_ok(self.act("officer", "open_vote"))
        for code, option in zip(codes, options, strict=False):
            answer = self.walk.api().post(
                "/api/v1/votes/cast/", {"code": code, "marks": {"report": option}}, format="json"
            )
            assert answer.status_code == 204
        return self


@pytest.fixture
def report(cast):
    return Report(cast)


def page(who, cast):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(getattr(cast, who))
    return client


def test_the_draft_counts_what_the_duty_file_holds(cast):
    load_rules()
    for _time in range(3):
        journal.write(
            matter_type="reception", matter_id=1, action="held", at=timezone.now(), data={"deputies": [cast.seat.pk]}
        )
    assert file_facts(now=timezone.now()) == 3

    body = Report(cast).get("deputy").json()

    assert body["facts"] == [{"item": "reception", "label": "Reception of constituents", "count": 3}]
    assert "Reception of constituents: 3 times" in body["text"]
    assert body["state"] == "draft"


def test_begun_twice_it_is_one_report(report):
    again = assert_ok(report.post("officer", "start/", deputy="D1", year=YEAR)).json()

    assert again["id"] == report.id
    assert report.post("deputy", "start/", deputy="D1", year=YEAR + 1).json()["errors"][0]["field"] == "year"
    assert report.post("neighbour", "start/", deputy="D1", year=YEAR).status_code == 403


def test_from_the_draft_to_the_result_in_the_duty_file(report, cast):
    load_rules()
    report.publish().convene().vote(40, 8, 4)
    public = f"/api/v1/public/duty-reports/{report.id}/"
    assert report.walk.api().get(public).json()["vote"]["counts"] == []  # nobody sees interim sums

    body = assert_ok(report.act("station_head", "announce")).json()

    assert body["state"] == "announced"
    vote = report.walk.api().get(public).json()["vote"]
    votes = {line["code"]: line["votes"] for line in vote["counts"][0]["options"]}
    assert votes == {"satisfied": 40, "basically_satisfied": 8, "dissatisfied": 4}
    assert (vote["papers"], vote["codes"], vote["minimum"]) == (52, 55, 50)
    entry = Entry.objects.get(matter_type="duty_report", action="announced")
    assert entry.data["deputies"] == [cast.seat.pk]
    assert entry.data["result"] == votes
    file_facts(now=timezone.now())
    assert DutyRecord.objects.get().item == "report"
    shown = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/duty-reports/{report.id}/").content.decode()
    assert "76.9 %" in shown
    assert "55 codes were given out; 52 were used" in shown
    assert not Outbox.objects.filter(matter_type="duty_report").exists()


def test_fewer_votes_than_needed_are_void_and_say_so(report, cast):
    report.publish().convene().vote(49)

    assert assert_ok(report.act("officer", "announce")).json()["state"] == "void"

    shown = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/duty-reports/{report.id}/").content.decode()
    assert "49 votes were cast, 50 are needed" in shown
    assert "deputies" not in Entry.objects.get(action="void").data
    # A new meeting may be called: a new vote, with new codes.
    first = report.row.poll_id
    report.convene().vote(50)
    assert report.row.poll_id != first
    assert assert_ok(report.act("officer", "announce")).json()["state"] == "announced"


def test_how_many_are_needed_is_data(report):
    AppraisalRule.objects.create(valid_from=local_day(timezone.now()) - timedelta(days=1), minimum=2)

    report.publish().convene().vote(2)

    assert assert_ok(report.act("officer", "announce")).json()["state"] == "announced"


def test_registered_voters_get_their_code_once(report):
    report.publish().convene()
    phones = ["13900000001", "139 0000 0002", "+86 139-0000-0001"]

    assert_ok(report.act("officer", "invite", phones=phones))
    assert_ok(report.act("officer", "invite", phones=phones[:1]))

    assert Code.objects.count() == 2
    sent = [delivery.body for delivery in Delivery.objects.filter(channel="sms")]
    assert (len(sent), len(set(sent))) == (3, 2)
    wrong = report.act("officer", "invite", phones=["13900000001", "no number"])
    assert "Line 2" in wrong.content.decode()
    assert "13900000001" not in str(list(Entry.objects.values_list("data", "note")))


def test_the_vote_opens_no_earlier_than_the_meeting(report):
    report.publish()
    assert report.act("officer", "issue_codes", number=5).status_code == 409
    meeting = timezone.now() + timedelta(days=4)
    assert_ok(report.act("officer", "convene", meeting_at=meeting.isoformat(), place="社区会议室"))

    assert "day of the meeting" in report.act("officer", "open_vote").content.decode()
    past = timezone.now() - timedelta(days=1)
    answer = report.act("officer", "convene", meeting_at=past.isoformat(), place="x")
    assert answer.json()["errors"][0]["field"] == "meeting_at"
    assert report.act("officer", "convene", meeting_at=meeting.isoformat(), place="x", station="tea").status_code == 400


def test_a_report_sent_back_is_written_anew(report):
    assert report.act("deputy", "edit", text="太短").status_code == 200
    assert report.act("deputy", "hand_in").json()["errors"][0]["field"] == "text"
    report.act("deputy", "edit", text=WORDS)
    report.act("deputy", "hand_in")
    assert report.act("officer", "send_back", reason="").status_code == 400

    assert_ok(report.act("officer", "send_back", reason="请补充未完成的事项。"))

    assert report.row.state == "draft"
    assert Delivery.objects.filter(user=report.cast.deputy, subject="Your duty report was sent back").exists()
    assert_ok(report.act("deputy", "redraft"))
    assert WORDS not in report.row.text


MOVES = {
    "edit": {"text": WORDS},
    "redraft": {},
    "hand_in": {},
    "send_back": {"reason": "x"},
    "publish": {},
    "convene": {"meeting_at": "2099-01-01T10:00:00+08:00", "place": "x"},
    "issue_codes": {"number": 3},
    "invite": {"phones": ["13900000001"]},
    "open_vote": {},
    "announce": {},
}
OWNERS = {"edit", "redraft", "hand_in"}
LOOK_AFTER = ("officer", "station_head", "dispatcher", "supervisor")
NO_PART = ("far_officer", "far_dispatcher", "handler", "head", "neighbour", "resident", "system_admin", "root")


@pytest.mark.parametrize("move", MOVES)
def test_who_may_make_which_move(report, move):
    for who in NO_PART:
        assert report.act(who, move, **MOVES[move]).status_code == 404, who
        answer = page(who, report.cast).post(f"/desk/duty-reports/{report.id}/{move}/", MOVES[move])
        assert answer.status_code == 404, who
    assert report.act(None, move).status_code == 401
    wrong = LOOK_AFTER if move in OWNERS else ("deputy",)
    for who in wrong:
        assert report.act(who, move, **MOVES[move]).status_code == 403, who
        page(who, report.cast).post(f"/desk/duty-reports/{report.id}/{move}/", MOVES[move])
    assert report.row.state == "draft"
    assert not Entry.objects.filter(matter_type="duty_report").exclude(action="drafted").exists()


def test_a_draft_is_seen_by_its_people_alone(report):
    for who in ("deputy", *LOOK_AFTER):
        assert report.get(who).status_code == 200
        assert page(who, report.cast).get(f"/desk/duty-reports/{report.id}/").status_code == 200
    for who in NO_PART:
        assert report.get(who).status_code == 404
        assert page(who, report.cast).get(f"/desk/duty-reports/{report.id}/").status_code == 404
    assert Client().get(f"/duty-reports/{report.id}/").status_code == 404
    assert report.walk.api().get(f"/api/v1/public/duty-reports/{report.id}/").status_code == 404
    assert report.walk.api("neighbour").get("/api/v1/duty-reports/").json()["results"] == []
    report.publish()
    assert Client().get(f"/duty-reports/{report.id}/").status_code == 200
    assert report.walk.api("far_officer").get("/api/v1/duty-reports/").json()["results"] == []
    for who in ("neighbour", "far_officer"):  # readable now, but still not theirs
        assert report.act(who, "convene", **MOVES["convene"]).status_code == 403


def test_the_whole_way_by_page(cast):
    deputy, officer = page("deputy", cast), page("officer", cast)
    begun = deputy.post("/desk/duty-reports/start/", {"deputy": "D1", "year": YEAR})
    here = begun["Location"]
    short = deputy.post(f"{here}edit/", {"text": ""})
    assert short.status_code == 422
    assert deputy.post(f"{here}edit/", {"text": WORDS}).status_code == 302
    assert WORDS in deputy.get(here).content.decode()
    deputy.post(f"{here}hand_in/")
    assert b"Publish" in officer.get(here).content
    officer.post(f"{here}publish/")
    soon = timezone.localtime(timezone.now() + timedelta(minutes=3))
    bad = officer.post(f"{here}convene/", {"meeting_at": "yesterday", "place": "会议室"})
    assert bad.status_code == 422
    assert "会议室" in bad.content.decode()  # what was typed is kept
    values = {"meeting_at": f"{soon:%Y-%m-%dT%H:%M}", "place": "会议室", "station": "east"}
    assert officer.post(f"{here}convene/", values).status_code == 302
    slips = officer.post(f"{here}issue_codes/", {"number": 4})
    assert slips.content.decode().count('class="slip"') == 4
    assert slips.content.decode().count("<svg") >= 4
    DutyReport.objects.update(meeting_at=timezone.now())
    officer.post(f"{here}open_vote/")
    assert DutyReport.objects.get().state == "voting"
    officer.post(f"{here}announce/")
    assert DutyReport.objects.get().state == "void"
    again = officer.post(f"{here}announce/", follow=True)
    assert "is not possible now" in again.content.decode()


@pytest.mark.parametrize("address", ["/duty-reports/", "/desk/duty-reports/", "/api/v1/duty-reports/"])
def test_fifty_reports_cost_no_more_statements_than_five(cast, address):
    def more(number, start):
        DutyReport.objects.bulk_create(
            DutyReport(
                deputy=cast.seat,
                year=start + n,
                state="published",
                state_since=timezone.now(),
                published_at=timezone.now(),
                station=cast.station["east"],
            )
            for n in range(number)
        )

    def cost():
        client = page("officer", cast)
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    more(5, 1900)
    few = cost()
    more(45, 1950)
    assert cost() == few
