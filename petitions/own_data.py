"""What else than petitions the portal holds with a resident's number: visits and appointments (PIPL art 44 to 47)."""

from __future__ import annotations

from typing import Any

from accounts.models import Contact
from stations.models.appointments import STANDING, Appointment
from stations.models.visits import Visit

MOST = 100


def visits_with(phone_index: str) -> list[Visit]:
    """Return the visits with this number that became no petition, the latest first."""
    found = Visit.objects.filter(contact__phone_index=phone_index, petitions__isnull=True) if phone_index else None
    return [] if found is None else list(found.select_related("contact", "station").order_by("-pk")[:MOST])


def appointments_with(phone_index: str) -> list[Appointment]:
    """Return the appointments with this number, the latest first."""
    found = Appointment.objects.filter(contact__phone_index=phone_index) if phone_index else None
    return [] if found is None else list(found.select_related("contact", "station").order_by("-pk")[:MOST])


def contacts_with(phone_index: str) -> list[Contact]:
    """Return the contacts of both."""
    found = [row.contact for row in visits_with(phone_index)] + [row.contact for row in appointments_with(phone_index)]
    return [contact for contact in found if contact is not None and contact.erased_at is None]


def erasable(phone_index: str) -> list[Contact]:
    """Return the contacts that nobody needs any more: of visits, and of appointments that are over."""
    over = [row.contact for row in appointments_with(phone_index) if row.state not in STANDING]
    visited = [row.contact for row in visits_with(phone_index) if row.contact is not None]
    return [contact for contact in (*visited, *over) if contact.erased_at is None]


def exported(phone_index: str) -> dict[str, Any]:
    """Return both as plain data, with everything that was written."""
    return {
        "visits": [
            {
                "came_at": row.came_at,
                "station": row.station.code,
                "words": row.words,
                "answer": row.answer,
                "name": row.contact.name if row.contact else "",
                "confidentiality": row.confidentiality,
            }
            for row in visits_with(phone_index)
        ],
        "appointments": [
            {
                "reference": row.reference,
                "state": row.state,
                "occasion": row.occasion,
                "subject": row.subject,
                "starts_at": row.starts_at,
                "station": row.station.code,
                "name": row.contact.name,
            }
            for row in appointments_with(phone_index)
        ],
    }
