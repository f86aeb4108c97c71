"""The second factor of staff: a time-based code (RFC 6238) or a recovery code, kept by django-allauth.

allauth remembers used codes in the cache; here the last used time step is kept in the authenticator's own row, so
that a code works once (RFC 6238, 5.2) and staff can sign in also while Redis is down.
"""

import hmac
from datetime import datetime

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import attempts
from accounts.models import User

SCOPE = "totp"
PASSED = "second_factor"  # the mark in the session


class Locked(Exception):
    """No more codes are looked at for a while; `str()` is the sentence for the person."""


def required(user: User) -> bool:
    """Whoever signs in by password needs a second factor, unless this deployment says otherwise."""
    return bool(settings.STAFF_TOTP_REQUIRED) and user.signs_in_by_password


def is_set_up(user: User) -> bool:
    """Whether `user` has an authenticator app registered."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def mark_passed(session: SessionBase) -> None:
    """Note in the session that the second factor was shown in it."""
    session[PASSED] = True


def has_passed(session: SessionBase) -> bool:
    """Whether the second factor was shown in this session."""
    return bool(session.get(PASSED))


def verify(user: User, code: str, now: datetime) -> Authenticator | None:
    """Return the authenticator that `code` fits and use the code up, or None. Raises `Locked` after five failures."""
    key = str(user.pk)
    if not attempts.attempt(SCOPE, key, now):
        raise Locked(_("Too many failed attempts. Please wait 15 minutes and try again."))
    found = _match(user, "".join(code.split()), now)
    if found:
        attempts.clear(SCOPE, key)
    return found


@transaction.atomic
def _match(user: User, code: str, now: datetime) -> Authenticator | None:
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    for authenticator in Authenticator.objects.select_for_update().filter(user=user, type__in=kinds).order_by("-type"):
        if authenticator.type == Authenticator.Type.TOTP:
            fits = _redeem_totp(authenticator, code, now)
        else:
            fits = RecoveryCodes(authenticator).validate_code(code)
        if fits:
            authenticator.user = user
            return authenticator
    return None


def _redeem_totp(authenticator: Authenticator, code: str, now: datetime) -> bool:
    step = matching_step(decrypt(authenticator.data["secret"]), code, now)
    if step is None or step <= authenticator.data.get("last_step", 0):
        return False
    authenticator.data["last_step"] = step
    authenticator.save(update_fields=["data"])
    return True


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step whose code is `code`, among those tolerated around `now` (clocks drift), or None."""
    present = int(now.timestamp()) // app_settings.TOTP_PERIOD
    for step in range(present - app_settings.TOTP_TOLERANCE, present + app_settings.TOTP_TOLERANCE + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def code_at(secret: str, step: int) -> str:
    """Return the code that an authenticator app shows in time step `step` (seconds since 1970 ÷ 30)."""
    return format_hotp_value(hotp_value(secret, step))
