"""A deputy's calendar under a secret address: made, replaced, taken back."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from deputies.models import Deputy
from journal.refusals import Refused
from stations.access import station_scope
from stations.models import CalendarLink


class CannotLink(Refused):
    """Only deputies have a calendar of their own."""

    status = 403


def digest_of(token: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def renew_link(*, by: User, now: datetime) -> str:
    """Return the secret of a new calendar address; the one before stops working. It is shown this once only."""
    deputy = _own(by)
    _revoke(deputy, now)
    token = secrets.token_urlsafe(32)
    CalendarLink.objects.create(deputy_id=deputy, digest=digest_of(token), created_at=now)
    return token


@transaction.atomic
def revoke_link(*, by: User, now: datetime) -> bool:
    """Take the address back; return whether there was one."""
    return _revoke(_own(by), now) > 0


def _own(by: User) -> int:
    deputy = station_scope(by).deputy
    if deputy is None:
        raise CannotLink(_("Only a deputy has a calendar of duties."))
    Deputy.objects.select_for_update().get(pk=deputy)
    return deputy


def _revoke(deputy: int, now: datetime) -> int:
    return CalendarLink.objects.filter(deputy_id=deputy, revoked_at__isnull=True).update(revoked_at=now)
