"""Whatever is sent to the API, the answer is a problem document that names the field, never a 500."""

import json
import threading

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts import altcha
from petitions.api import resident
from petitions.models import Petition
from tests.walk import TEXT, assert_ok

pytestmark = pytest.mark.django_db
SUBMIT = "/api/v1/petitions/"
BAD = {
    "text": ["", "短", "长" * 5001, "\u0000下水道堵了", "a\ud800bcdef", "下水\u202e道堵了堵了", "\x07下水道堵",
             12345, None, ["下水道堵了"], {}],
    "title": ["长" * 121, 5, ["x"], "a\nb", "a\x00b"],
    "kind": ["rumour", 5, None, [], {}, True],
    "category": ["atlantis", 5, [], {}, True, "x" * 33, "a\x00"],
    "area": ["atlantis", 5, [], {}],
    "station": ["atlantis", 5, [], {}],
    "deputy": ["atlantis", 5, [], {}],
    "address": ["长" * 201, 5, [], {}],
    "latitude": ["north", 91, -91, True, [], {}, 10**12, "NaN", "Infinity", "1e999", "1" * 2000],
    "longitude": ["east", 181, -181, True, [], {}, "nan", "-Infinity"],
    "name": ["长" * 61, 5, [], {}],
    "phone": ["", "123", "phone", 13912345678, None, [], {}, "1" * 31, "139\u202e12345678"],
    "channel": ["telepathy", 5, [], {}],
    "urgent": ["perhaps", "yes", "true", 1, None, [], {}, 7],
    "publish_consent": ["perhaps", "yes", "true", 1, None, [], {}, 7],
    "consent_version": ["", "1900-01", 5, None, [], {}, "x" * 21],
    "altcha": [5, [], {}, "x" * 4001],
}  # fmt: skip


def problem_of(answer, *statuses):
    """The problem document of an answer that must be one."""
    assert answer.status_code in (statuses or (400,)), answer.content.decode()[:300]
    assert answer["Content-Type"] == "application/problem+json"
    return answer.json()


def fields_of(answer, *statuses):
    return [error["field"] for error in problem_of(answer, *statuses)["errors"]]


def raw(body, content_type="application/json", **headers):
    client = APIClient(HTTP_ACCEPT_LANGUAGE="en", raise_request_exception=False)
    return client.generic("POST", SUBMIT, body, content_type=content_type, headers=headers)


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, values in BAD.items() for v in values])
def test_a_bad_value_is_refused_by_the_name_of_its_field(walk, field, value):
    payload = walk.payload(latitude=22.7, longitude=114.3) | {field: value}

    answer = raw(json.dumps(payload))

    assert fields_of(answer) == [field]
    assert Petition.objects.count() == 0


@pytest.mark.parametrize("field", ["text", "phone", "publish_consent", "consent_version"])
def test_what_is_needed_is_asked_for(walk, field):
    assert fields_of(walk.submit(**{field: None})) == [field]


def test_half_a_position_is_refused(walk):
    assert fields_of(walk.submit(latitude=22.7)) == ["longitude"]
    assert fields_of(walk.submit(longitude=114.3)) == ["latitude"]


def test_a_position_is_rounded_to_a_hands_breadth(walk):
    assert_ok(walk.submit(latitude=22.69123456789012, longitude="114.3000004"))

    assert (str(walk.petition.latitude), str(walk.petition.longitude)) == ("22.691235", "114.300000")


def test_an_order_that_a_list_does_not_have_is_refused_with_those_it_has(walk):
    answer = walk.api("dispatcher").get("/api/v1/worklist/?ordering=password")

    assert fields_of(answer) == ["ordering"]
    assert "submitted_at" in answer.json()["errors"][0]["detail"]


def test_unknown_fields_are_named(walk):
    assert fields_of(walk.submit(colour="red", état="x")) == ["colour", "état"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"nonsense", b"[1,2", b'{"text": NaN}', b'{"text": Infinity}', b'{"text": -Infinity}',
        b'{"text": "\xff\xfe"}', b'{"text": "\xed\xa0\x80abcde"}', b'{"a": 1, "a": 2}', b"\xef\xbb\xbf{}",
        b"[" * 100_000, b'{"a":' * 50_000, b'{"text": 1e}', b'{"latitude": ' + b"9" * 400 + b"}",
        b"{'text': 'x'}", '{"text": "堵"}'.encode("gb18030"),
        '{"text": "x"}'.encode("utf-16"), b'{"text": "\x00"}', b'{"text": ' + b"9" * 5000 + b"}", b"\x00",
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused(body, db):
    problem_of(raw(body), 400)
    assert Petition.objects.count() == 0


@pytest.mark.parametrize("body", ["[]", "null", "true", '"text"', "5", "[{}]", "[[]]"])
def test_what_is_no_object_is_refused(body, db):
    assert "dictionary" in problem_of(raw(body), 400)["detail"]


@pytest.mark.parametrize("text", [r"\u0000下水道堵了", r"\ud800下水道堵了", r"下水道\udfff堵了", r"下水道\u0085堵了"])
def test_escaped_controls_and_half_characters_are_refused(walk, text):
    body = json.dumps(walk.payload()).replace(json.dumps(TEXT)[1:-1], text)

    assert fields_of(raw(body)) == ["text"]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
        "application/json; charset=gbk", "nonsense", "",
    ],
)  # fmt: skip
def test_another_kind_of_content_is_refused(walk, content_type):
    problem_of(raw(json.dumps(walk.payload()), content_type), 415, 400)
    assert Petition.objects.count() == 0


def test_a_body_over_the_limit_is_too_large(walk):
    body = json.dumps(walk.payload(text="长" * 300_000), ensure_ascii=False)

    assert problem_of(raw(body), 413)["status"] == 413


def test_errors_speak_the_callers_language(walk):
    client = APIClient(HTTP_ACCEPT_LANGUAGE="zh-hans")

    answer = client.post(SUBMIT, walk.payload(text=""), format="json")

    assert problem_of(answer)["title"] == "无法理解该请求" or not problem_of(answer)["title"].isascii()


def test_the_title_is_the_first_sentence_and_text_keeps_its_lines(walk):
    assert_ok(walk.submit(text="  第一句。\r\n第二行\t有制表。 "))

    assert walk.petition.title == "第一句"
    assert walk.petition.text == "第一句。\n第二行\t有制表。"


def test_full_width_digits_and_spaces_are_a_number(walk):
    assert_ok(walk.submit(phone="＋８６ １３９ １２３４ ５６７８"))

    assert walk.petition.contact.phone == "13912345678"


def test_a_submission_answers_with_what_is_needed_to_follow_it(walk):
    answer = assert_ok(walk.submit(name="王芳", category="drain", address="学校门口", urgent=True))
    body = answer.json()

    assert set(body) == {"reference", "state", "track_url", "submitted_at", "access"}
    petition = walk.petition
    assert (petition.urgency, petition.channel, petition.station.code) == ("urgent", "api", "east")
    assert petition.area.code == "EB"
    assert petition.routed_at is None


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x", "cursor=", "cursor=%00", "cursor=W10", "cursor=" + "A" * 2000, "page_size=0", "page_size=-1",
        "page_size=x", "page_size=99999999999999999999", "page_size=1e3", "search=%00", "search=%ff", "colour=red",
        "state=lost", "ordering=password", "ordering=contact__phone", "page=2", "search=" + "x" * 101,
        "tab=everything", "submitted_after=yesterday", "submitted_after=99999-01-01",
        "submitted_after=2026-11-25T08:00:00-16:25", "submitted_after=0001-01-01T00:00:00Z",
        "submitted_before=9999-12-31T23:59:59-23:59", "due_before=0629-12-28T11:30:04-16:25",
        "kind=%00", "area=" + "x" * 33,
    ],
)  # fmt: skip
@pytest.mark.parametrize("address", ["worklist/", "public/petitions/", "work-orders/"])
def test_nonsense_in_the_address_is_a_400_or_ignored_never_a_500(walk, address, query):
    answer = walk.api("dispatcher").get(f"/api/v1/{address}?{query}")

    if answer.status_code != 200:
        problem_of(answer, 400)
    else:
        # an instant that exists, though in a time zone that PostgreSQL does not know, is one
        assert query in ("cursor=", "submitted_after=2026-11-25T08:00:00-16:25", "page_size=99999999999999999999")


@pytest.mark.parametrize(
    "reference",
    ["x", "%00", "%ff", "..%2f..", "' OR 1=1", "2222222222", "٢٢٢٢٢٢٢٢٢٢", "x" * 2000, "%F0%9F%98%80", "-", "%20"],
)
@pytest.mark.parametrize("rest", ["", "actions/register/", "attachments/1/", "follow/"])
def test_absurd_references_are_not_found(walk, reference, rest):
    address = f"/api/v1/petitions/{reference}/{rest}"
    client = walk.api("dispatcher")
    reads = rest in ("", "attachments/1/")
    values = {"phone_tail": "5678"} if rest == "follow/" else {}

    answer = client.get(address) if reads else client.post(address, values, format="json")

    problem_of(answer, 404, 400)


@pytest.mark.parametrize("number", ["0", "9" * 30, "-1", "1e5", "٣", "x"])
def test_absurd_numbers_are_not_found(walk, number):
    answer = walk.api("dispatcher").post(f"/api/v1/work-orders/{number}/actions/sign/", {}, format="json")

    problem_of(answer, 404)


# --- Idempotency-Key


def test_the_same_request_sent_twice_is_one_petition(walk):
    first = assert_ok(walk.submit(headers={"Idempotency-Key": "k1"})).json()
    again = assert_ok(walk.submit(headers={"Idempotency-Key": "k1"})).json()

    assert again["reference"] == first["reference"]
    assert Petition.objects.count() == 1


def test_another_petition_under_the_same_key_is_refused(walk):
    assert_ok(walk.submit(headers={"Idempotency-Key": "k1"}))

    assert fields_of(walk.submit(headers={"Idempotency-Key": "k1"}, phone="13800000009")) == ["Idempotency-Key"]
    assert Petition.objects.count() == 1


def test_keys_of_different_users_are_different_keys(walk):
    assert_ok(walk.submit(headers={"Idempotency-Key": "k1"}))
    assert_ok(walk.submit("resident", headers={"Idempotency-Key": "k1"}))

    assert Petition.objects.count() == 2


@pytest.mark.parametrize("key", ["x" * 201, "a\tb"])
def test_an_absurd_key_is_refused(walk, key):
    assert fields_of(walk.submit(headers={"Idempotency-Key": key})) == ["Idempotency-Key"]


def test_what_is_kept_of_a_request_cannot_be_tried_out(walk):
    """The digest covers the telephone number, so that it must be keyed."""
    assert_ok(walk.submit(headers={"Idempotency-Key": "k1"}))
    from accounts import crypto

    kept = walk.petition.intake_digest
    assert len(kept) == 64
    assert kept != crypto.blind_index("", purpose="intake")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_under_one_key_are_one_petition(walk):
    answers, gate = [], threading.Barrier(2)
    payload = walk.payload()

    def send():
        try:
            gate.wait()
            client = APIClient(HTTP_IDEMPOTENCY_KEY="k1")
            answers.append(client.post(SUBMIT, payload, format="json"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["reference"] for answer in answers}) == 1
    assert Petition.objects.count() == 1


# --- Robots and floods


def test_anonymous_callers_solve_a_challenge_where_it_is_required(walk, settings):
    settings.ALTCHA_REQUIRED = True
    assert fields_of(walk.submit()) == ["altcha"]
    assert fields_of(walk.submit(altcha="bm9uc2Vuc2U=")) == ["altcha"]
    assert_ok(walk.submit("officer"))
    assert not altcha.verify("")


def test_a_flood_is_told_when_to_come_back(walk, monkeypatch):
    monkeypatch.setattr(resident.PhoneThrottle, "rate", "1/hour", raising=False)
    assert_ok(walk.submit())

    answer = walk.submit()

    assert problem_of(answer, 429)["type"].endswith("throttled")
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert_ok(walk.submit(phone="13800000009"))
