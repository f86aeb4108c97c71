"""Following by reference and the number's last four digits: guessing is counted, nothing leaks."""

import logging
from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from accounts.models import Attempt
from petitions.api.access_tokens import SALT
from petitions.references import new_reference
from tests.cast import RESIDENT_PHONE
from tests.walk import LIMIT, assert_ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(walk):
    return walk.to("submitted")


def follow(walk, tail="5678", reference=""):
    return walk.api().post(
        f"/api/v1/petitions/{reference or walk.reference}/follow/", {"phone_tail": tail}, format="json"
    )


def test_the_right_tail_opens_it(sent):
    body = assert_ok(follow(sent)).json()

    assert body["reference"] == sent.reference
    assert (body["state"], body["state_label"], body["can_withdraw"]) == ("submitted", "Submitted", True)
    assert [item["action"] for item in body["timeline"]] == ["submit"]
    sent.access = body["access"]
    assert sent.holder().get(f"/api/v1/petitions/{sent.reference}/").status_code == 200


@pytest.mark.parametrize("how", ["lower case", "spaces", "hyphen", "full width"])
def test_a_reference_is_taken_as_people_write_it(sent, how):
    reference = sent.reference
    written = {
        "lower case": reference.lower(),
        "spaces": f"{reference[:5]}%20{reference[5:]}",
        "hyphen": f"{reference[:5]}-{reference[5:]}",
        "full width": "".join(chr(ord(c) + 0xFEE0) for c in reference),
    }[how]

    assert follow(sent, reference=written).status_code == 200


def test_unknown_reference_and_wrong_tail_look_the_same(sent):
    wrong, unknown = follow(sent, "0000"), follow(sent, "0000", new_reference())

    assert wrong.status_code == unknown.status_code == 404
    told = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in (wrong, unknown)]
    assert told[0] == told[1]


@pytest.mark.parametrize("known", [True, False])
def test_five_wrong_tails_lock_it_whether_it_exists_or_not(sent, known):
    reference = sent.reference if known else new_reference()
    statuses = [follow(sent, f"000{n}", reference).status_code for n in range(6)]

    assert statuses == [404] * 5 + [429]
    answer = follow(sent, "5678", reference)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) == 900


def test_the_lock_opens_after_a_quarter_of_an_hour(sent):
    for n in range(6):
        follow(sent, f"000{n}")
    past = timezone.now() - timedelta(minutes=16)
    Attempt.objects.update(last_at=past, locked_until=past + timedelta(minutes=15))

    assert follow(sent).status_code == 200


def test_a_right_tail_clears_the_count(sent):
    for _ in range(3):
        assert [follow(sent, "0000").status_code for _ in range(4)] == [404] * 4
        assert follow(sent).status_code == 200


@pytest.mark.parametrize("tail", ["", "567", "56789", "abcd", "５６７８", "5678\n", " 678", None, 5678, [], {}])
def test_a_tail_is_four_digits(sent, tail):
    answer = follow(sent, tail)

    if tail in ("5678\n", 5678):
        assert answer.status_code in (200, 400)
    else:
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "phone_tail"


def test_an_expired_access_is_refused_with_a_sentence(sent, settings):
    settings.ACCESS_TOKEN_SECONDS = -1

    answer = sent.holder().get(f"/api/v1/petitions/{sent.reference}/")

    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["", "x", "a b", "x" * 5000, "eyJ:1:2", "of-no-petition"])
def test_a_forged_access_is_refused(sent, token):
    # Signed by us, for the right purpose, but naming no petition's number.
    sent.access = signing.dumps("x", salt=SALT) if token == "of-no-petition" else token

    assert sent.holder().get(f"/api/v1/petitions/{sent.reference}/").status_code == 401


def test_a_token_tells_nothing_about_the_petitioner(sent):
    assert signing.loads(sent.access, salt=SALT) == sent.petition.pk


def test_no_number_name_or_token_is_in_any_address_or_log(walk, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("django.db.backends", "celery", "kombu", "amqp"):  # statements hold parameters; off in production
        logging.getLogger(name).setLevel(logging.INFO)
    answer = assert_ok(walk.submit(name="欧阳锋锋"))
    tokens = [walk.access]
    for who, move, values in [("officer", "register", {}), ("dispatcher", "assign", {"units": ["water"]})]:
        assert_ok(walk.act(who, move, **values))
    assert_ok(walk.order_act("handler", "sign"))
    assert_ok(walk.order_act("head", "reply", **LIMIT))
    assert_ok(walk.act("officer", "approve_reply"))
    body = assert_ok(follow(walk)).json()
    tokens.append(body["access"])
    follow(walk, "0000")
    walk.submit(phone="139123456780")
    assert_ok(walk.mine("evaluate", process="satisfied", result="satisfied"))

    kept = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    for secret in (RESIDENT_PHONE, "欧阳锋锋", *tokens):
        assert secret not in kept
        assert secret not in answer.json()["track_url"]
