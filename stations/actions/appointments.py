"""Appointments with deputies (代表有约): ask or book, confirm, move, cancel, remind; departments say yes or no.

Whoever takes a place holds the row of its reception: of two who want the last one, the second waits, sees that it
is gone, and is told the next free ones. A unique constraint stands behind it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actions import record_contact
from accounts.crypto import blind_index
from accounts.models import ConsentKind, User
from common.nudge import nudge
from common.references import new_reference
from deputies.models import Deputy
from dispatch.lifecycle import DEPUTY
from journal import actions as journal
from journal.models import ActorKind
from journal.refusals import Refused
from stations.access import STAFF, at_station, station_scope
from stations.lifecycle import ReceptionState
from stations.models import Reception, Station, StationKind
from stations.models.appointments import STANDING, Appointment, AppointmentState, Occasion
from stations.slots import Slot, free_slots, next_free

MATTER = "appointment"
BOOKABLE = (ReceptionState.PUBLISHED.value, ReceptionState.OPEN.value)
MOST_MOVES = 3
LATEST_MOVE = timedelta(hours=2)
REMIND_BEFORE = timedelta(hours=24)
SHOWN = 5


class CannotBook(Refused):
    """The appointment lacks something, or cannot be had."""


class NoPlaceLeft(CannotBook):
    """All places are taken; the sentence names the next free ones, and `slots` holds them."""

    def __init__(self, sentence: str, slots: list[Slot]) -> None:
        super().__init__(sentence)
        self.slots = slots


class CannotChange(Refused):
    """The appointment's state, or the caller's capacity, does not allow this."""


class NotYours(CannotChange):
    """The appointment may be read but not changed by this person."""

    status = 403


@dataclass(frozen=True)
class Holder:
    """Whoever opened the appointment by reference and telephone number, or by a code: the resident."""


HOLDER = Holder()


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a resident or an enterprise asks for. With a reception one of its places, else a time to be agreed."""

    station: Station
    occasion: str
    subject: str
    phone: str
    consent_version: str
    name: str = ""
    deputy: Deputy | None = None
    reception: Reception | None = None
    place: int | None = None
    wish: str = ""
    enterprise: str = ""
    language: str = "zh-hans"

    def digest(self) -> str:
        """A keyed digest of the content, as for petitions."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        plain = {name: getattr(value, "pk", value) for name, value in plain.items()}
        return blind_index(json.dumps(plain, sort_keys=True, default=str, ensure_ascii=False), purpose="appointment")


def book(*, request: Request, now: datetime, key: str = "") -> Appointment:
    """Book a place of a reception, or ask for a meeting. Sent again under the same key, it is the same appointment.

    A place is confirmed at once; a meeting waits for the station. Raises CannotBook with the field to change,
    NoPlaceLeft with the next free places, and CannotRecordContact.
    """
    _check(request)
    stored = hashlib.sha256(f"appointment:{key}".encode()).hexdigest() if key else None
    if stored and (known := Appointment.objects.filter(key=stored).first()):
        return _same(known, request)
    try:
        return _store(request, stored, now)
    except IntegrityError:
        known = Appointment.objects.filter(key=stored).first() if stored else None
        if known is None:
            raise
        return _same(known, request)


def _same(known: Appointment, request: Request) -> Appointment:
    if known.digest != request.digest():
        raise CannotBook(
            _("This Idempotency-Key was used for another appointment. Send a new key with a new one."),
            field="Idempotency-Key",
        )
    return known


def _check(request: Request) -> None:
    if request.occasion not in Occasion.values:
        raise CannotBook(_("Choose one of the six occasions."), field="occasion")
    if not request.subject.strip():
        raise CannotBook(_("Please say in a sentence what it is about."), field="subject")
    if not request.station.is_active:
        raise CannotBook(_("This station does not receive anybody at present."), field="station")
    if request.enterprise and request.station.kind != StationKind.BUILDING_STATION:
        raise CannotBook(
            _("Enterprises book at a building station; please choose one, or leave the enterprise out."),
            field="enterprise",
        )
    if request.reception and request.reception.station_id != request.station.pk:
        raise CannotBook(_("This reception is at another station."), field="reception")
    if request.place is not None and request.reception is None:
        raise CannotBook(_("A place belongs to a reception."), field="place")


@transaction.atomic
def _store(request: Request, key: str | None, now: datetime) -> Appointment:
    slot = _take(request.reception, request.place, now) if request.reception else None
    contact = record_contact(
        name=request.name,
        phone=request.phone,
        language=request.language,
        consents={ConsentKind.PROCESSING: True},
        version=request.consent_version,
        now=now,
    )
    state = AppointmentState.CONFIRMED if slot else AppointmentState.REQUESTED
    appointment = Appointment.objects.create(
        reference=new_reference(),
        key=key,
        digest=request.digest() if key else "",
        occasion=request.occasion,
        state=state,
        state_since=now,
        created_at=now,
        station=request.station,
        deputy=request.deputy,
        reception=request.reception,
        place=slot.place if slot else None,
        starts_at=slot.starts_at if slot else None,
        ends_at=slot.ends_at if slot else None,
        subject=request.subject.strip(),
        wish=request.wish.strip(),
        enterprise=request.enterprise.strip(),
        contact=contact,
    )
    _write(appointment, "booked" if slot else "asked", now, kind=ActorKind.RESIDENT)
    return appointment


def _take(reception: Reception, place: int | None, now: datetime) -> Slot:
    """Hold the reception's row and return the place asked for, or the first free one. Raises NoPlaceLeft."""
    locked = Reception.objects.select_for_update(of=("self",)).select_related("station").get(pk=reception.pk)
    if locked.state not in BOOKABLE or locked.ends_at <= now:
        raise NoPlaceLeft(_sentence(_("This reception can no longer be booked."), locked, now), next_free(locked, now))
    free = free_slots(locked, now)
    if place is None and free:
        return free[0]
    for slot in free:
        if slot.place == place:
            return slot
    gone = _("This place has just been taken.") if free else _("All places of this reception are taken.")
    others = free[:SHOWN] or next_free(locked, now)
    raise NoPlaceLeft(_named(gone, others), others)


def _sentence(said: str, reception: Reception, now: datetime) -> str:
    return _named(said, next_free(reception, now))


def _named(said: str, slots: list[Slot]) -> str:
    """The sentence, and when there would be time instead."""
    if not slots:
        return said + " " + _("There is no other free place at present: ask for a meeting, or come by.")
    times = "; ".join(date_format(timezone.localtime(each.starts_at), "SHORT_DATETIME_FORMAT") for each in slots)
    return said + " " + _("The next free ones: %(times)s.") % {"times": times}


# --- Changes -------------------------------------------------------------------------------------------------------

By = User | Holder


def _lock(appointment: Appointment, by: By) -> tuple[Appointment, str, User | None]:
    """Return the row, locked, and who acts in which capacity. Raises NotYours."""
    locked = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("station__area", "contact", "deputy__user")
        .get(pk=appointment.pk)
    )
    if isinstance(by, Holder):
        return locked, ActorKind.RESIDENT, None
    capacity = at_station(by, locked.station).capacity(STAFF)
    if capacity is None and locked.deputy_id and station_scope(by).deputy == locked.deputy_id:
        capacity = DEPUTY
    if capacity is None:
        raise NotYours(_("This appointment is arranged by the station or by the deputy it is with."))
    return locked, capacity, by


def _in(locked: Appointment, states: Iterable[str]) -> None:
    if locked.state not in states:
        raise CannotChange(
            _("That is not possible now: the appointment is “%(state)s”.") % {"state": locked.get_state_display()}
        )


@transaction.atomic
def confirm(
    *,
    appointment: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    now: datetime,
    deputy: Deputy | None = None,
) -> Appointment:
    """Agree on a time for a meeting that was asked for. Raises CannotChange."""
    locked, capacity, user = _lock(appointment, by)
    _in(locked, [AppointmentState.REQUESTED])
    _check_time(starts_at, ends_at, now)
    locked.deputy = deputy or locked.deputy
    _free_of_others(locked, starts_at, ends_at)
    locked.starts_at, locked.ends_at, locked.confirmed_by = starts_at, ends_at, user
    return _go(locked, AppointmentState.CONFIRMED, "confirmed", now, user, capacity)


def _check_time(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if starts_at <= now:
        raise CannotChange(_("Choose a time that lies ahead."), field="starts_at")
    if not starts_at < ends_at <= starts_at + timedelta(hours=8):
        raise CannotChange(_("The end comes after the beginning, on the same day."), field="ends_at")


def _free_of_others(locked: Appointment, starts_at: datetime, ends_at: datetime) -> None:
    """A deputy is in one place at a time: hold the deputy's row, then look."""
    if locked.deputy_id is None:
        return
    Deputy.objects.select_for_update().get(pk=locked.deputy_id)
    taken = Appointment.objects.filter(
        deputy_id=locked.deputy_id, state=AppointmentState.CONFIRMED, starts_at__lt=ends_at, ends_at__gt=starts_at
    ).exclude(pk=locked.pk)
    if taken.filter(reception__isnull=True).exists():
        raise CannotChange(_("The deputy has another appointment at this time."), field="starts_at")


@transaction.atomic
def move(
    *,
    appointment: Appointment,
    by: By,
    now: datetime,
    reception: Reception | None = None,
    place: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Appointment:
    """Move to another place of a reception, or (station and deputy) to another time. Raises CannotChange, NoPlaceLeft.

    The resident moves at most three times, and not in the last two hours.
    """
    locked, capacity, user = _lock(appointment, by)
    _in(locked, STANDING)
    if isinstance(by, Holder):
        _may_still_move(locked, now)
    if reception is not None:
        if reception.station_id != locked.station_id:
            raise CannotChange(_("This reception is at another station."), field="reception")
        slot = _take(reception, place, now)
        locked.reception, locked.place = reception, slot.place
        locked.starts_at, locked.ends_at = slot.starts_at, slot.ends_at
    elif isinstance(by, Holder) or starts_at is None or ends_at is None:
        raise CannotChange(_("Choose one of the free places."), field="place")
    else:
        _check_time(starts_at, ends_at, now)
        _free_of_others(locked, starts_at, ends_at)
        locked.reception, locked.place, locked.starts_at, locked.ends_at = None, None, starts_at, ends_at
    locked.moves += 1
    locked.reminded_at = None
    return _go(locked, AppointmentState.CONFIRMED, "moved", now, user, capacity)


def _may_still_move(locked: Appointment, now: datetime) -> None:
    if locked.moves >= MOST_MOVES:
        raise CannotChange(_("It was moved several times already. Please call the station, or cancel it."))
    if locked.starts_at and locked.starts_at - now < LATEST_MOVE:
        raise CannotChange(_("It begins very soon. Please call the station, or cancel it."))


@transaction.atomic
def cancel(*, appointment: Appointment, by: By, now: datetime, reason: str = "") -> Appointment:
    """Cancel; the place is free at once. The station gives its reason, the resident need not. Raises CannotChange."""
    locked, capacity, user = _lock(appointment, by)
    _in(locked, STANDING)
    if user is not None and not reason.strip():
        raise CannotChange(_("Please give the reason: the resident is told."), field="reason")
    locked.cancel_reason, locked.cancelled_by_resident = reason.strip(), user is None
    return _go(locked, AppointmentState.CANCELLED, "cancelled", now, user, capacity)


@transaction.atomic
def keep(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Note that it took place. Raises CannotChange."""
    return _ended(appointment, by, now, AppointmentState.KEPT, "kept")


@transaction.atomic
def miss(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Note that nobody came. Raises CannotChange."""
    return _ended(appointment, by, now, AppointmentState.NO_SHOW, "missed")


def _ended(appointment: Appointment, by: User, now: datetime, state: str, action: str) -> Appointment:
    locked, capacity, user = _lock(appointment, by)
    _in(locked, [AppointmentState.CONFIRMED])
    if locked.starts_at and locked.starts_at > now:
        raise CannotChange(_("It has not begun yet."))
    return _go(locked, state, action, now, user, capacity)


@transaction.atomic
def remind(*, now: datetime, limit: int = 200) -> int:
    """Remind of what begins within a day, each once; return how many. Safe to run twice at once."""
    due = Appointment.objects.to_remind(now, now + REMIND_BEFORE).select_related("station", "contact")
    rows = list(due.select_for_update(of=("self",), skip_locked=True)[:limit])
    for row in rows:
        row.reminded_at = now
        row.save(update_fields=["reminded_at"])
        _write(row, "reminded", now)
    return len(rows)


def _go(locked: Appointment, state: str, action: str, now: datetime, user: User | None, capacity: str) -> Appointment:
    before, locked.state, locked.state_since = locked.state, AppointmentState(state).value, now
    locked.save()
    _write(locked, action, now, user=user, kind=capacity, before=before)
    return locked


def _write(
    row: Appointment,
    action: str,
    now: datetime,
    *,
    user: User | None = None,
    kind: str = ActorKind.SYSTEM,
    before: str = "",
) -> None:
    """Record it, with the codes and times from which messages are made; never a name or a number."""
    journal.write(
        matter_type=MATTER,
        matter_id=row.pk,
        action=action,
        at=now,
        actor=user,
        actor_kind=kind,
        from_state=before,
        to_state=row.state,
        data={
            "station": row.station_id,
            "deputies": [row.deputy_id] if row.deputy_id else [],
            "occasion": row.occasion,
            "starts_at": row.starts_at.isoformat() if row.starts_at else None,
        },
    )
    nudge("stations.tasks.tell")
