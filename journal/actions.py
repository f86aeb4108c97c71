"""The journal's only writer."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import User
from common.prepared import insert, insert_all
from journal.models import CHAIN_LOCK_SQL, ActorKind, Entry, Outbox, Visibility


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
    silent: bool = False,
) -> Entry:
    """Append one row and return it. One INSERT; database triggers chain it and fill the outbox.

    Call it inside the transaction that makes the change it records. `data` holds codes and times, never a
    name or a telephone number: the journal is kept when contact details are erased. `silent`: nobody works its outbox
    row off, because nobody is told of it or was told on the spot; the row is removed at once.
    """
    entry = Entry(
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
    insert(entry)
    if silent:
        Outbox.objects.filter(pk=entry.pk).delete()
    return entry


def reserve(matters: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    """Hold the chains of these matters (type, number) until the transaction ends; return those that were free.

    Never waits: for writers that hold no lock on the matter itself, so that they and a move cannot wait for
    each other. One SELECT.
    """
    lock = CHAIN_LOCK_SQL.format(type="m.type", id="m.id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.type, m.id FROM unnest(%s::text[], %s::bigint[]) AS m(type, id)"  # noqa: S608 (constants)
            f" WHERE pg_try_advisory_xact_lock({lock})",
            [[kind for kind, _number in matters], [number for _kind, number in matters]],
        )
        return set(cursor.fetchall())


def write_many(entries: Sequence[Entry]) -> None:
    """Append many unsaved rows in one INSERT, in their order."""
    if entries:
        insert_all(list(entries))


def queue_facts(*, facts: Sequence[str] = (), ids: Collection[int] = ()) -> int:
    """Put facts of duty back into the queue: all "matter_type.action" of `facts`, and the rows `ids`. One INSERT."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_fact (entry_id) SELECT id FROM journal_entry WHERE data ? 'deputies'"
            " AND (matter_type || '.' || action = ANY(%s) OR id = ANY(%s)) ON CONFLICT DO NOTHING",
            [list(facts), list(ids)],
        )
        return cursor.rowcount
