"""What entries of duty files cause is put into deliveries, each entry once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from deputies.actions.appeals import RECORD
from deputies.audience import messages_for
from deputies.models import DutyEntry, DutyRecord
from deputies.models.filing import MATTER
from journal.models import Outbox
from journal.outbox import work_off
from notifications.actions import Message, enqueue


def tell(*, now: datetime, limit: int = 200) -> int:
    """Turn up to `limit` outbox rows into deliveries and delete them; return how many were taken in hand."""

    def enqueue_for(rows: Sequence[Outbox]) -> None:
        about = {MATTER: _about(DutyEntry, rows, MATTER), RECORD: _about(DutyRecord, rows, RECORD)}
        messages: list[Message] = []
        for row in rows:
            entry_or_record = about[row.matter_type][row.entry.matter_id]
            title = entry_or_record.title if row.matter_type == MATTER else ""
            messages += messages_for(row.entry, entry_or_record.deputy, title)
        enqueue(messages=messages, now=now)

    return work_off([MATTER, RECORD], enqueue_for, now=now, limit=limit)


def _about(model: type[DutyEntry | DutyRecord], rows: Sequence[Outbox], matter: str) -> dict[int, Any]:
    found = model.objects.select_related("deputy__area", "deputy__user")
    return found.in_bulk({row.entry.matter_id for row in rows if row.matter_type == matter})
