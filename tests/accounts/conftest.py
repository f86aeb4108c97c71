from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from accounts import second_factor
from accounts.models import User
from tests.accounts import outbox

PASSWORD = "lamp-post-73-east"


@pytest.fixture
def sms(settings):
    settings.SMS_SENDER = "tests.accounts.outbox.send"
    outbox.sent.clear()
    return outbox


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def officer(db):
    """Liu Wei, liaison officer, with password and second factor."""
    user = User.objects.create_user("liu.wei", PASSWORD, display_name="刘伟")
    user.secret = generate_totp_secret()
    TOTP.activate(user, user.secret)
    return user


@pytest.fixture
def newcomer(db):
    """Chen Jie, staff, first day: a password and nothing else."""
    return User.objects.create_user("chen.jie", PASSWORD, display_name="陈洁")


@pytest.fixture
def code_of():
    """The code on a user's telephone; `later` counts steps of 30 seconds."""

    def code(secret: str, later: int = 0) -> str:
        return second_factor.code_at(secret, int(timezone.now().timestamp()) // 30 + later)

    return code


@pytest.fixture
def minutes():
    return lambda count: timedelta(minutes=count)
