"""One-time codes by SMS: issue, send, verify. Known and unknown numbers are treated and answered alike."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, cast

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import attempts, crypto
from accounts.models import PHONE_PURPOSE, Language, OneTimeCode, User
from accounts.refusals import Refused

DIGITS = 6
LIFETIME = timedelta(minutes=5)
MAX_TRIES = 5
PAUSE = timedelta(minutes=1)
PER_DAY = 10
SCOPE = "sms_code"


class CannotRequestCode(Refused):
    """No code is sent to this number now."""


class TooManyCodes(CannotRequestCode):
    """Too soon or too often; it passes by waiting."""


class CannotVerifyCode(Refused):
    """The code does not open an account. `locked` says that no more codes are looked at for a while."""

    def __init__(self, sentence: str, *, field: str = "", locked: bool = False) -> None:
        super().__init__(sentence, field=field)
        self.locked = locked


class SmsSender(Protocol):
    """What `settings.SMS_SENDER` names."""

    def __call__(self, *, phone: str, body: str, event: str, now: datetime) -> None: ...


@dataclass(frozen=True)
class IssuedCode:
    """A code on its way. Number and code stay out of `repr`, hence out of logs and tracebacks."""

    id: int
    phone: str = field(repr=False)
    code: str = field(repr=False)
    expires_at: datetime

    @property
    def body(self) -> str:
        """The message, in the language of whoever asked."""
        return _("Your sign-in code is %(code)s. It is valid for %(minutes)d minutes. Do not tell it to anyone.") % {
            "code": self.code,
            "minutes": LIFETIME // timedelta(minutes=1),
        }


def _normalised(phone: str, refusal: type[Refused]) -> tuple[str, str]:
    try:
        number = crypto.normalise_phone(phone)
    except ValueError as error:
        raise refusal(str(error), field="phone") from None
    return number, crypto.blind_index(number, purpose=PHONE_PURPOSE)


def _code_hash(index: str, code: str) -> str:
    return crypto.blind_index(f"{index}:{code}", purpose="one-time code")


@transaction.atomic
def request_code(*, phone: str, now: datetime) -> IssuedCode:
    """Issue a code for `phone`, whether or not anybody is known by it; earlier codes stop working.

    Raises `CannotRequestCode` for a malformed number; `TooManyCodes` within a minute of the last, or after ten in
    a day.
    """
    number, index = _normalised(phone, CannotRequestCode)
    with connection.cursor() as cursor:
        # Two requests at once for one number must not both find the pause over.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{SCOPE}:{index}"])
    _refuse_too_many(index, now)
    OneTimeCode.objects.filter(phone_index=index, used_at=None, expires_at__gt=now).update(expires_at=now)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row = OneTimeCode.objects.create(
        phone_index=index, code_hash=_code_hash(index, code), created_at=now, expires_at=now + LIFETIME
    )
    return IssuedCode(id=row.pk, phone=number, code=code, expires_at=row.expires_at)


def _refuse_too_many(index: str, now: datetime) -> None:
    recent = OneTimeCode.objects.filter(phone_index=index, created_at__gt=now - timedelta(days=1))
    times = list(recent.order_by("-created_at").values_list("created_at", flat=True)[:PER_DAY])
    if len(times) >= PER_DAY:
        raise TooManyCodes(_("Ten codes were sent to this number today. Please try again tomorrow."), field="phone")
    if times and now - times[0] < PAUSE:
        sentence = _("A code was sent to this number less than a minute ago. Please wait a little.")
        raise TooManyCodes(sentence, field="phone")


@transaction.atomic
def send_code(*, phone: str, now: datetime) -> IssuedCode:
    """Issue a code and hand it to the sender named by `settings.SMS_SENDER`; both or neither. Raises as `request_code`.

    The sender is injected because it lives in `notifications`, which this floor may not import, while sending
    (queue, retries, gateway) is not this app's business.
    """
    issued = request_code(phone=phone, now=now)
    sender = cast(SmsSender, import_string(settings.SMS_SENDER))
    sender(phone=issued.phone, body=issued.body, event=f"sign-in-code:{issued.id}", now=now)
    return issued


def verify_code(*, phone: str, code: str, now: datetime) -> User:
    """Return the active user of `phone`, created at the first verified code. A code works once.

    Raises `CannotVerifyCode`: the same sentence for a wrong, used, expired or never requested code. Not atomic as
    a whole, on purpose: a counted try must outlive the refusal.
    """
    number, index = _normalised(phone, CannotVerifyCode)
    if not attempts.attempt(SCOPE, index, now):
        raise CannotVerifyCode(_("Too many wrong codes. Please wait 15 minutes, then ask for a new one."), locked=True)
    if not _redeem(index, code.strip(), now):
        raise CannotVerifyCode(_("The code is wrong or has expired. Check it, or ask for a new one."), field="code")
    attempts.clear(SCOPE, index)
    user = _user_of(number, index, now)
    if user.signs_in_by_password:
        # A stolen SIM card must not get round the password and the second factor.
        raise CannotVerifyCode(_("This number belongs to a staff account. Please sign in with user name and password."))
    if not user.is_active:
        raise CannotVerifyCode(_("This account is closed. Please ask at your liaison station."))
    return user


def _redeem(index: str, code: str, now: datetime) -> bool:
    """Use up one try of the newest code, and the code itself if it fits."""
    live = OneTimeCode.objects.filter(phone_index=index, used_at=None, expires_at__gt=now)
    row = live.order_by("-created_at", "-pk").first()
    # Counted in the database before comparing, so that parallel guesses share the same five tries.
    if row is None or not live.filter(pk=row.pk, tries__lt=MAX_TRIES).update(tries=F("tries") + 1):
        return False
    if not hmac.compare_digest(row.code_hash, _code_hash(index, code)):
        return False
    return bool(live.filter(pk=row.pk).update(used_at=now))


def _user_of(number: str, index: str, now: datetime) -> User:
    known = User.objects.filter(phone_index=index).first()
    if known:
        return known
    language = Language.CHINESE if (get_language() or "zh").startswith("zh") else Language.ENGLISH
    try:
        with transaction.atomic():
            return User.objects.create_user(
                f"r-{secrets.token_hex(8)}", phone=number, language=language, date_joined=now
            )
    except IntegrityError:  # the same person, in another tab, a moment earlier
        return User.objects.get(phone_index=index)
