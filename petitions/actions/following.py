"""Following a published petition of somebody else's: ask, confirm by a code, stop, be forgotten.

Only a confirmed address is told anything (nobody can enrol another person), every message says how to stop, and
the address is deleted when it is stopped, when the petition is archived or when it is no longer public.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import attempts, crypto
from accounts.models import PHONE_PURPOSE, Language
from journal.refusals import Refused
from notifications.actions import send_to_address
from notifications.models import Channel
from petitions.followers import Follower
from petitions.lifecycle import Publication, State
from petitions.models import Petition
from petitions.references import new_reference, normalise

DIGITS: Final = 6
LIFETIME: Final = timedelta(minutes=15)
MAX_TRIES: Final = 5
CODES_SCOPE, STOPS_SCOPE = "follow_code", "follow_stop"
MOST_CODES: Final = 3  # to one address in a quarter of an hour
MOST_STOPS: Final = 30  # from one network address in a quarter of an hour: fifty bits guard a code, this a flood
MOST_FOLLOWED: Final = 50
KEEP_UNCONFIRMED: Final = timedelta(days=1)
OVER: Final = (State.ARCHIVED, State.WITHDRAWN)


class CannotFollow(Refused):
    """No address, too many codes, a wrong code, or more petitions than one person follows."""


def read_address(raw: str) -> tuple[str, str, str]:
    """Return (channel, address, blind index) of an e-mail address or a mobile number; raises CannotFollow."""
    text = raw.strip()
    if "@" in text:
        address = text.lower()
        try:
            validate_email(address)
        except ValidationError:
            raise CannotFollow(_("That is not an e-mail address. Example: name@example.cn"), field="address") from None
        return Channel.EMAIL, address, crypto.blind_index(address, purpose="email")
    try:
        number = crypto.normalise_phone(text)
    except ValueError:
        number = ""
    if not crypto.MOBILE.fullmatch(number):
        raise CannotFollow(_("Enter an e-mail address or a mobile number of 11 digits."), field="address")
    return Channel.SMS, number, crypto.blind_index(number, purpose=PHONE_PURPOSE)


def ask_to_follow(*, petition: Petition, address: str, now: datetime) -> str:
    """Send a code to the address and return the channel. Whether the address follows already is not told.

    Raises CannotFollow. Counted outside the transaction, so that a refusal does not forget the count.
    """
    channel, plain, index = read_address(address)
    if not attempts.attempt(CODES_SCOPE, index, now, limit=MOST_CODES):
        raise CannotFollow(
            _("Three codes were sent to this address just now. Please wait 15 minutes."), field="address"
        )
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    fresh = {"code_hash": _hash(index, code), "code_expires_at": now + LIFETIME, "tries": 0}
    new = {"channel": channel, "address": plain, "language": _language(), "stop_code": new_reference()}
    with transaction.atomic():
        follower, _known = Follower.objects.update_or_create(
            petition=petition,
            address_index=index,
            defaults=fresh,
            create_defaults={**fresh, **new, "created_at": now},
        )
        send_to_address(
            channel=channel,
            address=plain,
            subject=_("Your code for following a petition"),
            body=_("Your code for following “%(title)s” is %(code)s. If you did not ask for it, do nothing.")
            % {"title": petition.public_title, "code": code},
            event=f"follow-code:{follower.pk}:{now.timestamp():.6f}",
            now=now,
            valid=LIFETIME,
        )
    return channel


def _hash(index: str, code: str) -> str:
    return crypto.blind_index(f"{index}:{code}", purpose="follow code")


def _language() -> str:
    return Language.ENGLISH if (get_language() or "").startswith("en") else Language.CHINESE


def confirm_follow(*, petition: Petition, address: str, code: str, now: datetime) -> Follower:
    """Return the follower, confirmed. A code works once and for five tries.

    Raises CannotFollow: one sentence for a wrong, used, expired or never requested code.
    """
    _channel, _plain, index = read_address(address)
    live = Follower.objects.filter(petition=petition, address_index=index, code_expires_at__gt=now).exclude(
        code_hash=""
    )
    # Counted before comparing, in a statement of its own: parallel guesses share the five tries.
    counted = live.filter(tries__lt=MAX_TRIES).update(tries=F("tries") + 1)
    follower = live.first() if counted else None
    if follower is None or not hmac.compare_digest(follower.code_hash, _hash(index, code.strip())):
        raise CannotFollow(_("The code is wrong or has expired. Check it, or ask for a new one."), field="code")
    if Follower.objects.confirmed().filter(address_index=index).count() >= MOST_FOLLOWED:
        raise CannotFollow(_("This address follows 50 petitions already. Stop some of them first."))
    follower.code_hash, follower.confirmed_at = "", follower.confirmed_at or now
    follower.save(update_fields=["code_hash", "confirmed_at"])
    attempts.clear(CODES_SCOPE, index)
    return follower


def stop_following(*, stop_code: str) -> Petition:
    """Delete the follower with this code and return what was followed. Raises CannotFollow."""
    code = normalise(stop_code)
    follower = Follower.objects.select_related("petition").filter(stop_code=code).first() if code else None
    if follower is None:
        raise CannotFollow(
            _("No such stop code: compare it with the message, or it has been used already."), field="code"
        )
    follower.delete()
    return follower.petition


def stop_following_own(*, phone_index: str, follower_id: int) -> bool:
    """Delete one of the followers with the telephone number that somebody has signed in with."""
    own = Follower.objects.filter(address_index=phone_index, pk=follower_id) if phone_index else Follower.objects.none()
    return bool(own.delete()[0])


def forget_followers(*, now: datetime) -> int:
    """Delete addresses that nobody confirmed within a day, and those of petitions that are over or no longer public."""
    stale = Q(confirmed_at__isnull=True, created_at__lt=now - KEEP_UNCONFIRMED)
    over = ~Q(petition__publication=Publication.PUBLISHED) | Q(petition__state__in=OVER)
    return Follower.objects.filter(stale | over).delete()[0]


def stop_link(follower: Follower) -> str:
    """Where a follower stops. The code stands behind the `#`: browsers do not send it, so that no log holds it."""
    return f"{settings.SITE_URL}/following/stop/#{follower.stop_code}"
