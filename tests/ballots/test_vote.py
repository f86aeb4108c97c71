"""Voting through HTTP: by page and by API, once a code, whatever is typed."""

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import attempts
from ballots import actions, codes
from ballots.models import Code, Participation, Urn
from notifications.models import Delivery
from tests.ballots.polls import DECISION, PROJECTS, a_poll, close

pytestmark = pytest.mark.django_db


def api():
    return APIClient(HTTP_ACCEPT_LANGUAGE="en")


def cast(code, option="satisfied", **marks):
    return api().post("/api/v1/votes/cast/", {"code": code, "marks": marks or {"report": option}}, format="json")


def page(**values):
    return Client(HTTP_ACCEPT_LANGUAGE="en").post("/vote/", values)


def test_a_vote_by_page_and_one_by_api_are_counted(db):
    poll = a_poll(minimum=2)
    first, second = actions.issue(poll=poll, number=2)

    paper = page(code=first.lower())
    assert b"Put it into the urn" in paper.content
    done = page(code=first, vote="1", **{"item-0": "basically"})
    assert (done.status_code, done["Location"]) == (302, "/vote/done/")
    assert cast(f" {second[:4]}–{second[4:]} ").status_code == 204

    result = close(poll).result
    assert result == {
        "papers": 2,
        "codes": 2,
        "counts": {"report": {"satisfied": 1, "basically": 1, "dissatisfied": 0}},
    }
    assert not Urn.objects.exists()


def test_a_code_counts_once(db):
    poll = a_poll()
    (code,) = actions.issue(poll=poll, number=1)
    assert cast(code).status_code == 204

    again = cast(code, "dissatisfied")

    assert (again.status_code, again.json()["errors"][0]["field"]) == (400, "code")
    assert "counts once" in again.content.decode()
    assert b"counts once" in page(code=code).content
    assert Participation.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "K7PQ", "K7PQ-4MXA-2", "????????", "K7PQ4MX0"])
def test_what_is_no_code_is_told_kindly(db, typed):
    answer = page(code=typed)

    assert answer.status_code == 422
    assert "eight letters" in answer.content.decode() or "required" in answer.content.decode()


def test_look_alikes_are_read_as_what_was_printed():
    assert codes.normalise("b5 ｚk-7pq4") == "852K7PQ4"
    assert codes.normalise("Ｋ７ＰＱ－４ＭＸＡ") == "K7PQ4MXA"


def test_guessing_is_stopped_and_a_right_code_does_not_start_it_anew(db, settings):
    poll = a_poll()
    first, second = actions.issue(poll=poll, number=2)
    for number in range(attempts.ADDRESS_LIMIT):
        if number == 50:
            assert cast(first).status_code == 204
        assert cast(codes.new_code()).status_code == 400

    assert cast(codes.new_code()).status_code == 429
    assert cast(second).status_code == 429
    assert Participation.objects.count() == 1


def test_a_vote_is_taken_between_opening_and_closing_only(db):
    poll = a_poll(opened=False, minimum=1)
    early, late = actions.issue(poll=poll, number=2)
    assert "not open yet" in cast(early).content.decode()
    poll = actions.open_poll(poll=poll, now=timezone.now())
    assert cast(early).status_code == 204
    poll = close(poll)

    assert "closed" in cast(late).content.decode()
    with pytest.raises(actions.CannotRun):
        actions.issue(poll=poll, number=1)
    with pytest.raises(actions.CannotRun):
        close(poll)


def test_too_few_votes_are_void_and_the_sums_are_told_to_nobody(db):
    poll = a_poll(minimum=3)
    for code in actions.issue(poll=poll, number=2):
        cast(code)

    poll = close(poll)

    assert (poll.state, poll.result) == ("void", {"papers": 2, "codes": 2})
    assert poll.counted() == []


def test_each_line_of_a_decision_gets_one_option(db):
    poll = a_poll(items=PROJECTS, options=DECISION, minimum=1)
    (code,) = actions.issue(poll=poll, number=1)
    assert cast(code, p1="for", p2="against").json()["errors"][0]["field"] == "marks"
    assert cast(code, p1="for", p2="against", p3="perhaps").status_code == 400
    assert cast(code, p1="for", p2="against", p9="for").status_code == 400
    assert page(code=code, vote="1", **{"item-0": "for"}).status_code == 422

    assert cast(code, p1="for", p2="against", p3="abstain").status_code == 204

    counts = close(poll).result["counts"]
    assert [counts[f"p{n}"][option] for n, option in ((1, "for"), (2, "against"), (3, "abstain"))] == [1, 1, 1]


def test_of_many_at_most_so_many_are_marked(db):
    poll = a_poll(items=PROJECTS, options=DECISION[:1], most=2, minimum=1)
    (code,) = actions.issue(poll=poll, number=1)
    assert b"Please mark 1 to 2" in page(code=code).content
    assert page(code=code, vote="1", marks=["p1", "p2", "p3"]).status_code == 422
    assert page(code=code, vote="1").status_code == 422
    assert cast(code, p1="for", p2="for", p3="for").status_code == 400

    assert page(code=code, vote="1", marks=["p1", "p3"]).status_code == 302

    assert close(poll).result["counts"] == {"p1": {"for": 1}, "p2": {"for": 0}, "p3": {"for": 1}}


def test_one_number_gets_one_code_however_often_it_asks(db):
    poll = a_poll(self_service=True)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")

    for spelling in ("13912345678", "+86 139-1234-5678"):
        assert client.post(f"/vote/code/{poll.pk}/", {"phone": spelling}).status_code == 200
    assert api().post(f"/api/v1/votes/{poll.pk}/code/", {"phone": "13912345678"}, format="json").status_code == 202

    assert Code.objects.count() == 1
    bodies = {delivery.body for delivery in Delivery.objects.all()}
    assert len(bodies) == 1
    code = bodies.pop().split("vote: ")[1][:9]
    assert cast(code).status_code == 204
    assert cast(code).status_code == 400


def test_codes_by_telephone_only_where_the_poll_is_open_to_all(db):
    closed, preparing = a_poll(), a_poll(self_service=True, opened=False)

    for poll in (closed, preparing):
        assert Client().get(f"/vote/code/{poll.pk}/").status_code == 404
        answer = api().post(f"/api/v1/votes/{poll.pk}/code/", {"phone": "13912345678"}, format="json")
        assert answer.status_code == 404
    assert not Delivery.objects.exists()


def test_nobody_is_flooded_with_codes(db):
    poll = a_poll(self_service=True)

    answers = [
        api().post(f"/api/v1/votes/{poll.pk}/code/", {"phone": "13912345678"}, format="json").status_code
        for _time in range(7)
    ]

    assert answers.count(202) == 5
    assert set(answers[5:]) <= {400, 429}


def test_a_code_is_in_no_address_and_in_no_table(db, django_assert_max_num_queries):
    poll = a_poll()
    (code,) = actions.issue(poll=poll, number=1)
    answer = page(code=code)

    assert answer.status_code == 200
    assert "no-cache" in answer["Cache-Control"]
    assert not Code.objects.filter(code_hash__icontains=code).exists()
    assert code not in str(Code.objects.values_list())
    with django_assert_max_num_queries(9):
        assert cast(code).status_code == 204
