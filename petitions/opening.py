"""A resident opens one's own petition by its reference and the last four digits of the telephone number.

An unknown reference and a wrong tail look the same and cost the same; tries are counted by reference before the
digits are looked at, so that ten thousand tails cannot be tried (MLPS: five failures, fifteen minutes).
"""

from __future__ import annotations

import hmac
from datetime import datetime

from django.utils.translation import gettext as _

from accounts import attempts
from journal.refusals import Refused
from petitions.models import Petition

SCOPE = "follow"


WAIT = 15 * 60  # seconds


class CannotOpen(Refused):
    """Reference and number do not belong together."""

    status = 404


class TriedTooOften(CannotOpen):
    """Five wrong tries; nothing is looked at for fifteen minutes."""

    status = 429


def by_phone_tail(*, reference: str, phone_tail: str, now: datetime) -> Petition:
    """Return the petition that both belong to. Raises CannotOpen with one sentence for every mismatch.

    Not inside a transaction, on purpose: a counted try must outlive the refusal.
    """
    if not attempts.attempt(SCOPE, reference, now):
        raise TriedTooOften(_("Tried too often. Please wait 15 minutes, or sign in with a code by SMS."))
    petition = Petition.objects.filter(reference=reference).with_all().first()
    tail = (petition.contact.phone_tail if petition else "") or "----"  # no number opens nothing
    if not hmac.compare_digest(tail, phone_tail) or petition is None:
        raise CannotOpen(_("Reference and number do not belong together. Please check both."))
    attempts.clear(SCOPE, reference)
    return petition
