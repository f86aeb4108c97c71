"""Paging by keyset: the next page starts after the last row seen, by index, whatever was added meanwhile.

All columns of the ordering are compared, the primary key last, so that no page counts, skips or repeats rows.
NULLs sort as PostgreSQL sorts them: last going up, first going down. On the lowest floor, so that the pages of
every app and the API (`liaison.keyset`) share it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet

from accounts.strict import BROKEN

Values = list[Any]
LARGEST = 2**63 - 1  # what a bigint column holds


class NoSuchPlace(ValueError):
    """A cursor that this portal did not write."""


@dataclass(frozen=True)
class Page:
    """Some rows, and the cursors of the pages around them; None where there is no such page, "" for the first."""

    rows: list[Any]
    next: str | None
    previous: str | None


def page(queryset: QuerySet[Any], ordering: Sequence[str], *, cursor: str, size: int) -> Page:
    """Return up to `size` rows of `queryset` in `ordering` ("-" for descending) from `cursor` on; one SELECT.

    Raises NoSuchPlace for a cursor that `page` did not hand out for the same ordering.
    """
    columns = tie_broken(ordering, queryset.model)
    backwards, values = _place(queryset, columns, cursor)
    seen = [flipped(column) for column in columns] if backwards else columns
    rows = queryset.order_by(*seen)
    if values is not None:
        rows = rows.filter(after(seen, values, [may_be_null(queryset, column) for column in seen]))
    found = list(rows[: size + 1])
    more, shown = len(found) > size, found[:size]
    if backwards:
        shown.reverse()
    has_next = values is not None if backwards else more
    has_previous = more if backwards else values is not None
    return Page(
        shown,
        _cursor(False, shown[-1] if shown else None, columns) if has_next else None,
        _cursor(True, shown[0] if shown else None, columns) if has_previous else None,
    )


def _cursor(backwards: bool, row: Any, columns: Sequence[str]) -> str:
    """An empty page has no row to start from: its neighbour is the first, or the last, page of all."""
    values = None if row is None else [value_of(row, column) for column in columns]
    return "" if values is None and not backwards else write_cursor(backwards, values)


def _place(queryset: QuerySet[Any], columns: Sequence[str], cursor: str) -> tuple[bool, Values | None]:
    if not cursor:
        return False, None
    try:
        return read_cursor(cursor, [(field_of(queryset, c), may_be_null(queryset, c)) for c in columns])
    except (ValueError, TypeError, ArithmeticError, ValidationError):
        raise NoSuchPlace(cursor[:20]) from None


def tie_broken(ordering: Sequence[str], model: type[Model]) -> tuple[str, ...]:
    """Return the ordering with the primary key last, in the direction of the first column."""
    names = {column.lstrip("-") for column in ordering}
    key = model._meta.pk.name
    if names & {key, "pk"}:
        return tuple(ordering)
    return (*ordering, f"-{key}" if ordering[0].startswith("-") else key)


def flipped(column: str) -> str:
    """Return the column in the other direction."""
    return column[1:] if column.startswith("-") else f"-{column}"


def after(columns: Sequence[str], values: Sequence[Any], nullable: Sequence[bool]) -> Q:
    """Return the condition for rows that come after `values` in the order of `columns`."""
    beyond, equal = Q(pk__in=[]), Q()
    for column, value, may_be_null in zip(columns, values, nullable, strict=True):
        beyond |= equal & _beyond(column, value, may_be_null)
        name = column.lstrip("-")
        equal &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    return beyond & _bound(columns[0], values[0], nullable[0])


def _beyond(column: str, value: Any, may_be_null: bool) -> Q:
    name = column.lstrip("-")
    if column.startswith("-"):  # NULL comes first
        return Q(**{f"{name}__isnull": False}) if value is None else Q(**{f"{name}__lt": value})
    if value is None:  # NULL comes last
        return Q(pk__in=[])
    return Q(**{f"{name}__gt": value}) | (Q(**{f"{name}__isnull": True}) if may_be_null else Q())


def _bound(column: str, value: Any, may_be_null: bool) -> Q:
    """Implied by the rest, but in a form from which PostgreSQL can start in the middle of an index."""
    if value is None or (may_be_null and not column.startswith("-")):
        return Q()
    return Q(**{f"{column.lstrip('-')}__{'lte' if column.startswith('-') else 'gte'}": value})


def value_of(row: Any, column: str) -> Any:
    """Return the row's value in `column` (`area__path` follows the relation)."""
    for part in column.lstrip("-").split("__"):
        if row is None:
            return None
        row = row[part] if isinstance(row, dict) else getattr(row, part)
    return row


def field_of(queryset: QuerySet[Any], column: str) -> Field[Any, Any]:
    """Return the field behind `column`, annotations included: it knows which values are possible."""
    name = column.lstrip("-")
    if name in queryset.query.annotations:
        return queryset.query.annotations[name].output_field
    field, model = None, queryset.model
    for part in name.split("__"):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        model = getattr(field, "related_model", None) or model
    if not isinstance(field, Field):
        raise FieldDoesNotExist(name)
    return field


def may_be_null(queryset: QuerySet[Any], column: str) -> bool:
    """Say whether `column` can be NULL; of annotations and relations nothing is promised."""
    name = column.lstrip("-")
    return name in queryset.query.annotations or "__" in name or bool(field_of(queryset, column).null)


def write_cursor(backwards: bool, values: Values | None) -> str:
    """Return an opaque text for a place in the list."""
    plain = [bool(backwards), None if values is None else [_plain(value) for value in values]]
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(raw: str, columns: Sequence[tuple[Field[Any, Any], bool]]) -> tuple[bool, Values | None]:
    """Return (backwards, values); `columns` are (field, may it be NULL).

    Raises ValueError or ValidationError for what `write_cursor` did not write.
    """
    if len(raw) > 1000:
        raise ValueError("too long")
    try:
        decoded = base64.b64decode(raw + "=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    found = _loads(decoded)
    if not isinstance(found, list) or len(found) != 2 or not isinstance(found[0], bool):
        raise ValueError("not a cursor")
    backwards, values = found
    if values is None:
        return backwards, None
    if not isinstance(values, list) or any(isinstance(value, (list, dict)) for value in values):
        raise ValueError("not values")
    if any(isinstance(value, str) and BROKEN.search(value) for value in values):
        raise ValueError("not text")
    if any(value is None and not nullable for (_field, nullable), value in zip(columns, values, strict=True)):
        raise ValueError("NULL where there is none")
    return backwards, [field.to_python(value) for (field, _nullable), value in zip(columns, values, strict=True)]


def _loads(decoded: bytes) -> Any:
    """JSON without what PostgreSQL cannot hold: NaN, a number beyond bigint, control characters, half surrogates."""
    try:
        return json.loads(decoded.decode("utf-8"), parse_constant=_refuse, parse_int=_int, object_hook=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(_found: Any) -> None:
    raise ValueError("not a value")


def _int(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > LARGEST:
        raise ValueError("too large")
    return int(digits)


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    return value
