"""Who is told what when something happens to an appointment. Journal entry in, messages out; nothing is sent here.

The resident gets text messages, the station, the deputy and invited departments find it in their inbox. No message
holds a name, a number or what it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import User
from directory.models import Membership
from journal.models import Entry
from notifications.actions import Message
from notifications.models import Channel
from stations.models.appointments import Appointment

TO_RESIDENT: dict[str, str | Promise] = {
    "asked": _(
        "Your wish for a meeting has arrived under %(reference)s. The station will tell you the time. See or cancel "
        "it: %(url)s"
    ),
    "booked": _("Your place is booked: %(time)s, %(station)s, reference %(reference)s. Move or cancel it: %(url)s"),
    "confirmed": _("Your meeting %(reference)s is confirmed: %(time)s, %(station)s. %(url)s"),
    "moved": _("Your appointment %(reference)s was moved: %(time)s, %(station)s. %(url)s"),
    "cancelled": _("Your appointment %(reference)s was cancelled. %(reason)s Ask for another one: %(url)s"),
    "reminded": _("A reminder: your appointment %(reference)s is on %(time)s, %(station)s. You cannot come? %(url)s"),
    "missed": _("We missed you at your appointment %(reference)s. You may book another one: %(url)s"),
}
TO_STAFF: dict[str, str | Promise] = {
    "asked": _("A meeting is asked for"),
    "booked": _("A place was booked"),
    "moved": _("An appointment was moved"),
    "cancelled": _("An appointment was cancelled"),
    "confirmed": _("A meeting was confirmed"),
    "invited": _("Your department is invited to an appointment"),
    "invitation_answered": _("A department has answered an invitation"),
}


def messages_for(entry: Entry, appointment: Appointment, *, site: str) -> list[Message]:
    """Return whom an entry concerns and in what words. Nobody is told of what they did themselves."""
    return [*_resident(entry, appointment, site), *_staff(entry, appointment)]


def _resident(entry: Entry, appointment: Appointment, site: str) -> Iterable[Message]:
    contact, template = appointment.contact, TO_RESIDENT.get(entry.action)
    if template is None or not contact.phone:
        return
    with override(contact.language):
        words = {
            "reference": appointment.spoken_reference,
            "station": appointment.station.label,
            "time": _time(entry.data.get("starts_at")),
            "reason": appointment.cancel_reason,
            "url": f"{site}/appointments/?reference={appointment.reference}",
        }
        yield Message(
            event=f"journal:{entry.pk}",
            channel=Channel.SMS,
            contact_id=contact.pk,
            language=contact.language,
            body=" ".join((str(template) % words).split()),
        )


def _time(iso: str | None) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(iso)), "DATETIME_FORMAT") if iso else "—"


def _staff(entry: Entry, appointment: Appointment) -> Iterable[Message]:
    template = TO_STAFF.get(entry.action)
    if template is None:
        return
    people = _departments(entry) if entry.action == "invited" else _station(appointment)
    for user in {user.pk: user for user in people if user.is_active and user.pk != entry.actor_id}.values():
        with override(user.language):
            yield Message(
                event=f"journal:{entry.pk}",
                channel=Channel.INBOX,
                user_id=user.pk,
                language=user.language,
                subject=f"{appointment.spoken_reference} {template}",
                body=f"{appointment.get_occasion_display()} · {_time(entry.data.get('starts_at'))}",
                url=f"/desk/appointments/{appointment.reference}/",
            )


def _station(appointment: Appointment) -> list[User]:
    station, deputy = appointment.station, appointment.deputy
    return [user for user in (station.officer, station.head, deputy.user if deputy else None) if user is not None]


def _departments(entry: Entry) -> list[User]:
    members = Membership.objects.filter(department_id=entry.data.get("department")).select_related("user")
    return [member.user for member in members]
