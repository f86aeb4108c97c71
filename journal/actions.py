"""The journal's only writer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from journal.models import ActorKind, Entry, Visibility


def write(
    *,
    matter_type: str,
    matter_id: int,
    action: str,
    at: datetime,
    actor: User | None = None,
    actor_kind: str = ActorKind.SYSTEM,
    note: str = "",
    from_state: str = "",
    to_state: str = "",
    data: Mapping[str, Any] | None = None,
    visibility: str = Visibility.STAFF,
) -> Entry:
    """Append one row and return it. One INSERT; database triggers chain it and fill the outbox.

    Call it inside the transaction that makes the change it records. `data` holds codes and times, never a
    name or a telephone number: the journal is kept when contact details are erased.
    """
    return Entry.objects.create(
        matter_type=matter_type,
        matter_id=matter_id,
        action=action,
        at=at,
        actor=actor,
        actor_kind=actor_kind,
        note=note,
        from_state=from_state,
        to_state=to_state,
        data=dict(data or {}),
        visibility=visibility,
    )


def write_many(entries: Sequence[Entry]) -> None:
    """Append many unsaved rows in one INSERT, in their order."""
    Entry.objects.bulk_create(entries)
