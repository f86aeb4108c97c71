"""How many rows are under each tab of a list: counted now, at most up to ninety-nine, all in one statement.

Each number is a count of the very rows a tab lists: no counter is kept that could drift. It is cheap because each
count stops at the hundredth row, by the index of its condition; beyond that a page says “99+”.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from common.prepared import places_of, put_in, stand_in

COUNTED_UP_TO: Final = 99
Select = tuple[str, Iterable[Any]]


def count_each(querysets: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """Return the number of rows of each queryset, at most COUNTED_UP_TO + 1, in ONE statement.

    One of chosen values, `rows.values("matter_id").distinct()`, counts those.
    """
    return count_selects({name: _select(rows) for name, rows in querysets.items()})


def count_selects(selects: Mapping[str, Select]) -> dict[str, int]:
    """Return the number of rows of each SELECT, given as SQL and its values."""
    sql, values = _statement(selects)
    return dict(zip(selects, _numbers(sql, values), strict=True))


class PreparedCounts:
    """`count_each` for querysets of one shape and changing values, written once a process (see `common.prepared`).

    `build` is called with stand-ins, one for each of `kinds` (int, str, list or datetime), and returns the querysets.
    """

    def __init__(self, build: Callable[..., Mapping[str, QuerySet[Any]]], *kinds: type) -> None:
        self.build, self.kinds = build, kinds
        self._written: tuple[list[str], str, list[Any], tuple[tuple[int, int], ...]] | None = None

    def get(self, *values: Any) -> dict[str, int]:
        """Return the numbers."""
        if self._written is None:
            self._written = self._write()
        names, sql, kept, places = self._written
        return dict(zip(names, _numbers(sql, put_in(kept, places, values)), strict=True))

    def _write(self) -> tuple[list[str], str, list[Any], tuple[tuple[int, int], ...]]:
        querysets = self.build(*(stand_in(kind, number) for number, kind in enumerate(self.kinds)))
        sql, values = _statement({name: _select(rows) for name, rows in querysets.items()})
        return list(querysets), sql, values, places_of(self.kinds, sql, values)


def _select(rows: QuerySet[Any]) -> Select:
    kept = rows if rows.query.values_select else rows.values("pk")
    try:
        return kept.order_by()[: COUNTED_UP_TO + 1].query.sql_with_params()
    except EmptyResultSet:  # nothing can be in it: such a user sees nothing at all
        return "SELECT 1 WHERE false", ()


def _statement(selects: Mapping[str, Select]) -> tuple[str, list[Any]]:
    counts = [f"(SELECT count(*) FROM ({sql}) AS counted)" for sql, _values in selects.values()]  # noqa: S608
    return "SELECT " + ", ".join(counts), [value for _sql, values in selects.values() for value in values]


def _numbers(sql: str, values: list[Any]) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: tuple[int, ...] = cursor.fetchone()
    return found
