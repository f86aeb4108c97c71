"""A resident opens one's own appointment by its reference and the last four digits of the telephone number.

As for petitions: an unknown reference and a wrong tail look the same and cost the same, and tries are counted by
reference before the digits are looked at.
"""

from __future__ import annotations

import hmac
from datetime import datetime

from django.utils.translation import gettext as _

from accounts import attempts
from journal.refusals import Refused
from stations.models.appointments import Appointment

SCOPE = "appointment"


class CannotOpen(Refused):
    """Reference and number do not belong together."""

    status = 404


class TriedTooOften(CannotOpen):
    """Five wrong tries; nothing is looked at for fifteen minutes."""

    status = 429


def by_phone_tail(*, reference: str, phone_tail: str, now: datetime) -> Appointment:
    """Return the appointment that both belong to. Raises CannotOpen with one sentence for every mismatch.

    Not inside a transaction, on purpose: a counted try must outlive the refusal.
    """
    if not attempts.attempt(SCOPE, reference, now):
        raise TriedTooOften(_("Tried too often. Please wait 15 minutes, or sign in with a code by SMS."))
    found = Appointment.objects.filter(reference=reference).select_related("contact", "station", "deputy", "reception")
    appointment = found.first()
    tail = appointment.contact.phone_tail if appointment else "----"
    if not hmac.compare_digest(tail, phone_tail) or appointment is None:
        raise CannotOpen(_("Reference and number do not belong together. Please check both."))
    attempts.clear(SCOPE, reference)
    return appointment
