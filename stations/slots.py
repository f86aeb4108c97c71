"""The places of a reception: how many there are, when each begins, which are free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from stations.lifecycle import ReceptionState
from stations.models import Reception
from stations.models.appointments import Appointment, AppointmentState

BOOKABLE = (ReceptionState.PUBLISHED.value, ReceptionState.OPEN.value)
AHEAD = 20  # receptions looked through for a free place


@dataclass(frozen=True)
class Slot:
    """One place of one reception. `place` counts from 1."""

    reception_id: int
    place: int
    starts_at: datetime
    ends_at: datetime


def slots_of(reception: Reception) -> list[Slot]:
    """Return every place in order. Several deputies receive side by side: where there are more places than
    stretches of time, a stretch has several."""
    length = timedelta(minutes=reception.slot_minutes)
    stretches = max(1, int((reception.ends_at - reception.starts_at) / length))
    beside = -(-reception.capacity // stretches)
    found = []
    for place in range(1, reception.capacity + 1):
        begins = reception.starts_at + length * ((place - 1) // beside)
        found.append(Slot(reception.pk, place, begins, min(begins + length, reception.ends_at)))
    return found


def free_slots(reception: Reception, now: datetime) -> list[Slot]:
    """Return the places nobody holds and that have not ended; one SELECT."""
    taken = set(
        Appointment.objects.filter(reception=reception)
        .exclude(state=AppointmentState.CANCELLED)
        .values_list("place", flat=True)
    )
    return [slot for slot in slots_of(reception) if slot.place not in taken and slot.ends_at > now]


def next_free(reception: Reception, now: datetime, *, most: int = 5) -> list[Slot]:
    """Return the next free places of other receptions at the same station, the earliest first; two SELECTs."""
    coming = list(
        Reception.objects.filter(station_id=reception.station_id, state__in=BOOKABLE, ends_at__gt=now)
        .exclude(pk=reception.pk)
        .order_by("starts_at", "id")[:AHEAD]
    )
    return free_in(coming, now)[:most]


def free_in(receptions: list[Reception], now: datetime) -> list[Slot]:
    """Return the free places of these receptions, in their order; one SELECT."""
    taken: dict[int, set[int]] = {}
    rows = Appointment.objects.filter(reception__in=receptions).exclude(state=AppointmentState.CANCELLED)
    for number, place in rows.values_list("reception_id", "place"):
        if number is not None and place is not None:
            taken.setdefault(number, set()).add(place)
    return [
        slot
        for reception in receptions
        for slot in slots_of(reception)
        if slot.place not in taken.get(reception.pk, set()) and slot.ends_at > now
    ]
