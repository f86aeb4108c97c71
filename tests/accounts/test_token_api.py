import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from knox.models import AuthToken

from accounts.models import AdminRole, User
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
TOKEN = "/api/v1/auth/token/"
ME = "/api/v1/auth/me/"


@pytest.fixture
def post(client):
    def send(url, body, **headers):
        return client.post(url, body, content_type="application/json", headers=headers)

    return send


@pytest.fixture(autouse=True)
def _no_throttle_left_over():
    cache.clear()


def fields(answer):
    return {error["field"] for error in answer.json()["errors"]}


def test_password_and_code_give_a_token_that_opens_and_ends(officer, post, client, code_of):
    answer = post(TOKEN, {"username": "liu.wei", "password": PASSWORD, "code": code_of(officer.secret)})
    assert answer.status_code == 200
    token = answer.json()["token"]
    assert answer.json()["expires_at"]
    AdminRole.objects.create(user=officer, kind="system")
    me = client.get(ME, headers={"Authorization": f"Token {token}"})
    assert me.json() == {
        "username": "liu.wei", "display_name": "刘伟", "language": "zh-hans",
        "signs_in_by_password": True, "admin_role": "system",
    }  # fmt: skip
    assert client.delete(TOKEN, headers={"Authorization": f"Token {token}"}).status_code == 204
    assert client.get(ME, headers={"Authorization": f"Token {token}"}).status_code == 401
    assert client.delete(TOKEN).status_code == 401
    assert client.get(ME).status_code == 401


def test_a_code_works_once(officer, post, code_of):
    body = {"username": "liu.wei", "password": PASSWORD, "code": code_of(officer.secret)}
    assert post(TOKEN, body).status_code == 200
    assert post(TOKEN, body).status_code == 401
    assert post(TOKEN, body | {"code": code_of(officer.secret, 1)}).status_code == 200


def test_wrong_name_password_and_code_sound_the_same(officer, post, code_of):
    right = {"username": "liu.wei", "password": PASSWORD, "code": code_of(officer.secret)}
    answers = [
        post(TOKEN, right | changes)
        for changes in ({"username": "nobody"}, {"password": "wrong-wrong"}, {"code": "000000"}, {"code": ""})
    ]
    assert {a.status_code for a in answers} == {401}
    assert len({a.json()["detail"] for a in answers}) == 1


@pytest.mark.parametrize("username", ["liu.wei", "LIU.WEI", "nobody.at.all"])
def test_five_failures_lock_known_and_unknown_alike(officer, post, code_of, username):
    for _ in range(5):
        assert post(TOKEN, {"username": username, "password": "wrong-wrong"}).status_code == 401
    locked = post(TOKEN, {"username": "liu.wei" if username != "nobody.at.all" else username, "password": PASSWORD,
                          "code": code_of(officer.secret)})  # fmt: skip
    assert locked.status_code == 429
    assert "15" in locked.json()["detail"]


def test_five_wrong_codes_lock_the_second_factor(officer, post, code_of):
    for _ in range(5):
        assert post(TOKEN, {"username": "liu.wei", "password": PASSWORD, "code": "000000"}).status_code == 401
    body = {"username": "liu.wei", "password": PASSWORD, "code": code_of(officer.secret)}
    assert post(TOKEN, body).status_code == 429


def test_without_a_second_factor_there_is_no_token(newcomer, post, settings):
    body = {"username": "chen.jie", "password": PASSWORD}
    assert post(TOKEN, body).status_code == 403
    settings.STAFF_TOTP_REQUIRED = False
    assert post(TOKEN, body).status_code == 200


def test_a_closed_account_gets_no_token(officer, post, code_of):
    User.objects.update(is_active=False)
    body = {"username": "liu.wei", "password": PASSWORD, "code": code_of(officer.secret)}
    assert post(TOKEN, body).status_code == 401


def test_it_works_while_redis_is_down(officer, post, code_of, settings):
    down = settings.CACHES["default"] | {"LOCATION": "unix:///nonexistent/redis.sock?db=0"}
    settings.CACHES = {"default": down}
    body = {"username": "liu.wei", "password": PASSWORD, "code": code_of(officer.secret)}
    assert post(TOKEN, body).status_code == 200
    assert post(TOKEN, body).status_code == 401  # and a code still works once


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "username"),
        ({"username": 1, "password": "x"}, "username"),
        ({"username": "a\x00b", "password": "x"}, "username"),
        ({"username": "a" * 151, "password": "x"}, "username"),
        ({"username": "a", "password": "x" * 201}, "password"),
        ({"username": "a", "password": "x\x00"}, "password"),
        ({"username": "a", "password": "x", "otp": "1"}, "otp"),
        ({"username": "a", "password": None}, "password"),
        ({"username": ["a"], "password": "x"}, "username"),
    ],
)
def test_malformed_input_names_the_field(post, body, field):
    answer = post(TOKEN, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert field in fields(answer)


@pytest.mark.parametrize("raw", ["[]", "1", '"text"', "null", "{", ""])
def test_anything_but_an_object_is_refused(client, raw):
    answer = client.post(TOKEN, raw, content_type="application/json")
    assert 400 <= answer.status_code < 500


def test_a_resident_signs_in_by_code(sms, post, client):
    sent = post("/api/v1/auth/code/", {"phone": "138 0013 8000"})
    assert sent.status_code == 202
    assert set(sent.json()) == {"expires_at"}
    verify = {"phone": "13800138000", "code": sms.last_code()}
    answer = post("/api/v1/auth/code/verify/", verify)
    assert answer.status_code == 200
    me = client.get(ME, headers={"Authorization": f"Token {answer.json()['token']}"}).json()
    assert me["signs_in_by_password"] is False
    assert "phone" not in me
    assert post("/api/v1/auth/code/verify/", verify).status_code == 400


def test_known_and_unknown_numbers_get_the_same_answer(sms, post):
    User.objects.create_user("r-1", phone="13800138000")
    User.objects.create_user("liu.wei", PASSWORD, phone="13700137000")
    answers = [post("/api/v1/auth/code/", {"phone": p}) for p in ("13800138000", "13900139000", "13700137000")]
    assert {a.status_code for a in answers} == {202}
    assert len(sms.sent) == 3
    wrong = [post("/api/v1/auth/code/verify/", {"phone": p, "code": "x"}) for p in ("13800138000", "13900139000")]
    assert wrong[0].json()["detail"] == wrong[1].json()["detail"]


def test_codes_are_limited_and_numbers_checked(sms, post):
    assert post("/api/v1/auth/code/", {"phone": "13800138000"}).status_code == 202
    assert post("/api/v1/auth/code/", {"phone": "13800138000"}).status_code == 429
    malformed = post("/api/v1/auth/code/", {"phone": "110"})
    assert malformed.status_code == 400
    assert fields(malformed) == {"phone"}
    for _ in range(5):
        assert post("/api/v1/auth/code/verify/", {"phone": "13800138000", "code": "x"}).status_code == 400
    assert post("/api/v1/auth/code/verify/", {"phone": "13800138000", "code": sms.last_code()}).status_code == 429


def test_a_stale_token_does_not_close_the_door_to_a_new_one(officer, post, code_of):
    body = {"username": "liu.wei", "password": PASSWORD, "code": code_of(officer.secret)}
    assert post(TOKEN, body, Authorization="Token stale-stale-stale").status_code == 200


def test_an_expired_token_is_refused(officer, client):
    _, token = AuthToken.objects.create(officer, expiry=timedelta(seconds=-1))
    assert client.get(ME, headers={"Authorization": f"Token {token}"}).status_code == 401


def test_a_session_without_second_factor_is_refused_by_the_api(newcomer, client):
    client.force_login(newcomer)
    answer = client.get(ME)
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"


def test_the_portals_own_sender_takes_the_code(post):
    from notifications.models import Delivery

    assert post("/api/v1/auth/code/", {"phone": "13800138000"}).status_code == 202
    row = Delivery.objects.get()
    code = re.search(r"\d{6}", row.body).group()
    answer = post("/api/v1/auth/code/verify/", {"phone": "13800138000", "code": code})
    assert answer.status_code == 200
