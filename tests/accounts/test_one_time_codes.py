import logging
from datetime import timedelta

import pytest

from accounts.actions import (
    CannotRequestCode,
    CannotVerifyCode,
    TooManyCodes,
    forget_expired,
    request_code,
    send_code,
    verify_code,
)
from accounts.models import Attempt, OneTimeCode, User

pytestmark = pytest.mark.django_db
PHONE = "13800138000"
OTHER = "13900139000"


def wrong(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def test_the_first_verified_code_creates_the_account(now):
    issued = request_code(phone="+86 138-0013-8000", now=now)
    user = verify_code(phone=PHONE, code=issued.code, now=now)
    assert user.phone == PHONE
    assert not user.signs_in_by_password
    assert PHONE not in user.username
    later = now + timedelta(minutes=2)
    assert verify_code(phone=PHONE, code=request_code(phone=PHONE, now=later).code, now=later) == user
    assert User.objects.count() == 1


def test_a_code_works_once(now):
    issued = request_code(phone=PHONE, now=now)
    verify_code(phone=PHONE, code=issued.code, now=now)
    with pytest.raises(CannotVerifyCode):
        verify_code(phone=PHONE, code=issued.code, now=now)


def test_a_code_expires_after_five_minutes(now):
    issued = request_code(phone=PHONE, now=now)
    with pytest.raises(CannotVerifyCode):
        verify_code(phone=PHONE, code=issued.code, now=now + timedelta(minutes=5))


def test_a_newer_code_replaces_the_older(now):
    first = request_code(phone=PHONE, now=now)
    later = now + timedelta(minutes=1)
    second = request_code(phone=PHONE, now=later)
    if first.code != second.code:
        with pytest.raises(CannotVerifyCode):
            verify_code(phone=PHONE, code=first.code, now=later)
    assert verify_code(phone=PHONE, code=second.code, now=later)


def test_a_code_is_for_one_number(now):
    issued = request_code(phone=PHONE, now=now)
    with pytest.raises(CannotVerifyCode):
        verify_code(phone=OTHER, code=issued.code, now=now)


def test_after_five_wrong_tries_even_the_right_code_fails(now):
    issued = request_code(phone=PHONE, now=now)
    for _ in range(5):
        with pytest.raises(CannotVerifyCode) as refusal:
            verify_code(phone=PHONE, code=wrong(issued.code), now=now)
        assert not refusal.value.locked
    with pytest.raises(CannotVerifyCode) as refusal:
        verify_code(phone=PHONE, code=issued.code, now=now)
    assert refusal.value.locked


def test_tries_of_one_code_are_counted_beside_the_lock(now):
    issued = request_code(phone=PHONE, now=now)
    OneTimeCode.objects.update(tries=5)
    with pytest.raises(CannotVerifyCode):
        verify_code(phone=PHONE, code=issued.code, now=now)


def test_wrong_expired_and_never_requested_sound_the_same(now):
    issued = request_code(phone=PHONE, now=now)
    sentences = set()
    for phone, code, at in [
        (PHONE, wrong(issued.code), now),
        (PHONE, issued.code, now + timedelta(minutes=6)),
        (OTHER, "123456", now),
    ]:
        with pytest.raises(CannotVerifyCode) as refusal:
            verify_code(phone=phone, code=code, now=at)
        sentences.add(str(refusal.value))
    assert len(sentences) == 1


def test_one_a_minute_and_ten_a_day(now):
    request_code(phone=PHONE, now=now)
    with pytest.raises(TooManyCodes):
        request_code(phone=PHONE, now=now + timedelta(seconds=59))
    request_code(phone=OTHER, now=now)
    for minute in range(1, 10):
        request_code(phone=PHONE, now=now + timedelta(minutes=minute))
    with pytest.raises(TooManyCodes):
        request_code(phone=PHONE, now=now + timedelta(hours=23))
    request_code(phone=PHONE, now=now + timedelta(days=1))


@pytest.mark.parametrize("phone", ["", "12345", "abc", "13800138000\x00"])
def test_a_malformed_number_is_refused(phone, now):
    with pytest.raises(CannotRequestCode) as refusal:
        request_code(phone=phone, now=now)
    assert refusal.value.field == "phone"


def test_a_staff_account_is_not_opened_by_a_telephone(now):
    User.objects.create_user("liu.wei", "lamp-post-73-east", phone=PHONE)
    issued = request_code(phone=PHONE, now=now)
    with pytest.raises(CannotVerifyCode):
        verify_code(phone=PHONE, code=issued.code, now=now)


def test_a_closed_account_stays_closed(now):
    User.objects.create_user("r-1", phone=PHONE, is_active=False)
    with pytest.raises(CannotVerifyCode):
        verify_code(phone=PHONE, code=request_code(phone=PHONE, now=now).code, now=now)


def test_sending_hands_over_number_and_words(sms, now):
    issued = send_code(phone=PHONE, now=now)
    (message,) = sms.sent
    assert message == {"phone": PHONE, "body": issued.body, "event": f"sign-in-code:{issued.id}", "now": now}
    assert sms.last_code() == issued.code


def test_a_sender_that_fails_leaves_no_code(settings, now):
    settings.SMS_SENDER = "tests.accounts.outbox.no_such_thing"
    with pytest.raises(ImportError):
        send_code(phone=PHONE, now=now)
    assert not OneTimeCode.objects.exists()


def test_neither_number_nor_code_is_logged_or_kept(sms, client, caplog):
    caplog.set_level(logging.DEBUG)
    client.post("/api/v1/auth/code/", {"phone": PHONE}, content_type="application/json")
    code = sms.last_code()
    client.post("/api/v1/auth/code/verify/", {"phone": PHONE, "code": wrong(code)}, content_type="application/json")
    client.post("/api/v1/auth/code/verify/", {"phone": PHONE, "code": code}, content_type="application/json")
    # the database's own debug log is not a log anybody keeps, and its parameters are hashes besides
    said = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("django.db"))
    assert PHONE not in said
    assert code not in said
    assert code not in repr(OneTimeCode.objects.values().get())
    assert PHONE not in repr(request_code(phone=OTHER, now=OneTimeCode.objects.get().created_at))


def test_old_rows_are_forgotten(now):
    issued = request_code(phone=PHONE, now=now)
    verify_code(phone=PHONE, code=issued.code, now=now)
    request_code(phone=OTHER, now=now + timedelta(days=2))
    with pytest.raises(CannotVerifyCode):
        verify_code(phone=OTHER, code="", now=now)
    assert forget_expired(now=now + timedelta(days=3)) == 2
    assert OneTimeCode.objects.count() == 1
    assert not Attempt.objects.exists()
