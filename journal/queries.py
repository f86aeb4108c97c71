"""Reading the journal."""

from django.db import connection

from journal.models import DIGEST_SQL


def broken_links(limit: int = 100) -> list[int]:
    """Return the ids of rows whose digest does not follow from their content and the row before, at most `limit`."""
    expected = DIGEST_SQL.format(previous="coalesce(e.previous, '')", row="e")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH e AS (SELECT *, lag(digest) OVER (PARTITION BY matter_type, matter_id ORDER BY id) AS previous"  # noqa: S608
            " FROM journal_entry)"
            f" SELECT id FROM e WHERE digest <> {expected} ORDER BY id LIMIT %s",
            [limit],
        )
        return [row[0] for row in cursor.fetchall()]
