"""A larger data set from a smaller one, by the database itself: each petition several times, with all it owns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from bench.tables import FIRST, TABLES, copy_text, reference
from journal.models import DIGEST_SQL

# How each number of a row follows from its petition's new one, {pk}; columns not named are taken over as they are.
NUMBERS: dict[str, dict[str, str]] = {
    "accounts_contact": {"id": "{pk}"},
    "accounts_consent": {"id": "{pk} * 3 + s.id % 3", "contact_id": "{pk}"},
    "petitions_petition": {
        "id": "{pk}", "contact_id": "{pk}", "reference": "r.reference",
        "submitted_at": "s.submitted_at + make_interval(secs => k)",
        "search": "ts_delete(s.search, lower(s.reference)) || array_to_tsvector(ARRAY[lower(r.reference)])",
    },
    "petitions_routing": {"petition_id": "{pk}"},
    "dispatch_workorder": {"id": "{pk} * 2", "matter_id": "{pk}", "reference": "r.reference", "title": "r.reference"},
    "dispatch_reply": {"id": "{pk} * 2", "order_id": "{pk} * 2"},
    "dispatch_request": {"id": "{pk} * 2", "order_id": "{pk} * 2"},
    "petitions_evaluation": {"id": "{pk}", "petition_id": "{pk}"},
    "journal_entry": {
        "id": "{pk} * 12 + s.id % 12", "matter_id": "{pk}",
        "data": "CASE WHEN s.data ? 'order' THEN jsonb_set(s.data, '{{order}}', to_jsonb({pk} * 2))"
        " WHEN s.data ? 'replies' THEN jsonb_build_object('replies', jsonb_build_array({pk} * 2)) ELSE s.data END",
    },
}  # fmt: skip
# The petition that a row of the source belongs to.
OWNER = {
    "accounts_contact": "s.id", "accounts_consent": "s.contact_id", "petitions_petition": "s.id",
    "petitions_routing": "s.petition_id", "dispatch_workorder": "s.matter_id", "dispatch_reply": "s.id / 2",
    "dispatch_request": "s.id / 2", "petitions_evaluation": "s.id", "journal_entry": "s.matter_id",
}  # fmt: skip


def multiply(size: int, times: int) -> None:
    """Replace each petition by `times` of them, with all that hangs on it; the journal's chains are made anew."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("CREATE TEMP TABLE numbered (pk bigint PRIMARY KEY, reference text)")
        rows = ((FIRST + number, reference(number)) for number in range(size * times))
        cursor.cursor.copy_expert("COPY numbered FROM STDIN", copy_text(rows))
        for table in TABLES:
            cursor.execute(f"CREATE TEMP TABLE source_{table} AS TABLE {table}")
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        for table, columns in TABLES.items():
            if table == "journal_entry":
                _multiply_journal(cursor, times)
            else:
                _insert(cursor, table, columns, times)
            cursor.execute(f"DROP TABLE source_{table}")
        cursor.execute("SET session_replication_role = DEFAULT")


def _new(table: str, times: int) -> str:
    return f"({FIRST} + ({OWNER[table]} - {FIRST}) * {times} + k)"


def _insert(cursor: Any, table: str, columns: Sequence[str], times: int) -> None:
    """All but the journal: each row as it is, with its own numbers."""
    new = _new(table, times)
    values = [NUMBERS[table].get(name, f"s.{name}").format(pk=new) for name in columns]
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM source_{table} s CROSS JOIN generate_series(0, {times - 1}) k"
        f" JOIN numbered r ON r.pk = {new} ORDER BY {new}"
    )


def _multiply_journal(cursor: Any, times: int) -> None:
    """Step by step, for each row's digest follows from that of the one before."""
    new, columns = _new("journal_entry", times), TABLES["journal_entry"][:-1]
    values = [NUMBERS["journal_entry"].get(name, f"s.{name}").format(pk=new) for name in columns]
    cursor.execute("SELECT max(id % 12) FROM source_journal_entry")
    for step in range(cursor.fetchone()[0] + 1):
        before = "p.digest" if step else "''"
        join = "JOIN journal_entry p ON p.id = e.id - 1" if step else ""
        cursor.execute(
            f"INSERT INTO journal_entry ({', '.join(columns)}, digest)"
            f" SELECT e.*, {DIGEST_SQL.format(previous=before, row='e')}"
            f" FROM (SELECT {', '.join(f'{v} AS {c}' for v, c in zip(values, columns, strict=True))}"
            f" FROM source_journal_entry s CROSS JOIN generate_series(0, {times - 1}) k"
            f" WHERE s.id % 12 = {step}) e {join}"
        )
        cursor.execute("ANALYZE journal_entry")
