"""Working off the outbox of stations: appointments and receptions are told; the rest concerns nobody by message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from journal.models import Outbox
from journal.outbox import work_off
from notifications.actions import Message, enqueue
from stations.actions.appointments import MATTER
from stations.audience import messages_for
from stations.lifecycle import DAY_MATTER, STATION_MATTER
from stations.lifecycle import MATTER as RECEPTION
from stations.models import Appointment, Reception
from stations.reception_audience import reception_messages

# Their rows lie in the outbox like all others; of them nobody is told by message.
SILENT = ("visit", DAY_MATTER, STATION_MATTER)


def tell(*, now: datetime, limit: int = 200) -> int:
    """Turn up to `limit` outbox rows into deliveries and delete them; return how many were taken in hand."""

    def enqueue_for(rows: Sequence[Outbox]) -> None:
        told = {MATTER: _appointments(rows), RECEPTION: _receptions(rows)}
        messages: list[Message] = []
        for row in rows:
            if row.matter_type not in SILENT:
                messages += _messages(row, told[row.matter_type][row.entry.matter_id])
        enqueue(messages=messages, now=now)

    return work_off([MATTER, RECEPTION, *SILENT], enqueue_for, now=now, limit=limit)


def _about(rows: Sequence[Outbox], matter: str) -> set[int]:
    return {row.entry.matter_id for row in rows if row.matter_type == matter}


def _appointments(rows: Sequence[Outbox]) -> dict[int, Any]:
    found = Appointment.objects.select_related("contact", "station__officer", "station__head", "deputy__user")
    return found.in_bulk(_about(rows, MATTER))


def _receptions(rows: Sequence[Outbox]) -> dict[int, Any]:
    found = Reception.objects.select_related("station").prefetch_related("duties__deputy__user")
    return found.in_bulk(_about(rows, RECEPTION))


def _messages(row: Outbox, matter: Any) -> Sequence[Message]:
    tell_of = reception_messages if row.matter_type == RECEPTION else messages_for
    return tell_of(row.entry, matter, site=settings.SITE_URL)
