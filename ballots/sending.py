"""Codes by SMS: one a telephone number and poll, asked for as often as one likes."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Protocol, cast

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts import attempts
from accounts.models import phone_index
from accounts.refusals import Refused
from ballots import actions, codes
from ballots.models import Poll

VALID = timedelta(hours=12)  # a message that could not be sent by then is of no use any more
ASKED, ASKED_FROM = "ballot_code", "ballot_code_from"
FROM_ONE_ADDRESS = 60  # a whole building may share one


class CannotSendCode(Refused):
    """No code is sent to this number now."""


class AskedTooOften(CannotSendCode):
    """It passes by waiting."""

    status = 429


class SmsSender(Protocol):
    """What `settings.SMS_SENDER` names (accounts.actions.codes says why it is named there)."""

    def __call__(self, *, phone: str, body: str, event: str, now: datetime, valid: timedelta) -> None: ...


def send_code(*, poll: Poll, phone: str, address: str, now: datetime) -> None:
    """Send the code of this number, at somebody's own wish.

    Raises AskedTooOften after five times for a number, or sixty from an address, within a quarter of an hour;
    CannotSendCode for what is no number. Not inside a transaction: what was counted must outlive a refusal.
    """
    try:
        index = phone_index(phone)
    except ValueError as error:
        raise CannotSendCode(str(error), field="phone") from None
    may = attempts.attempt(ASKED, index, now) and attempts.attempt(ASKED_FROM, address, now, limit=FROM_ONE_ADDRESS)
    if not may:
        raise AskedTooOften(_("A code was asked for too often. Please wait 15 minutes."), field="phone")
    deliver(poll=poll, phone=phone, now=now)


@transaction.atomic
def deliver(*, poll: Poll, phone: str, now: datetime) -> None:
    """Send the code of this number. Raises ValueError for what is no number, CannotRun when the poll is closed."""
    code = actions.code_for(poll=poll, who=f"phone:{phone_index(phone)}")
    sender = cast(SmsSender, import_string(settings.SMS_SENDER))
    body = _("Your code for the secret vote: %(code)s. Vote at %(url)s. It counts once; nobody learns how you voted.")
    words = {"code": codes.spoken(code), "url": f"{settings.SITE_URL}/vote/"}
    sender(phone=phone, body=body % words, event=f"ballot:{secrets.token_hex(8)}", now=now, valid=VALID)
