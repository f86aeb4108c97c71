"""Paging by keyset: the next page starts after the last row seen, by index, whatever was added meanwhile.

DRF's own cursor compares one column and skips ties by offset. Here all columns of the ordering are compared,
the primary key last, so that no page counts, skips or repeats rows. NULLs sort as PostgreSQL sorts them: last
going up, first going down.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from liaison import strict_json

Values = list[Any]


class Keyset(CursorPagination):
    """Pages of `?page_size=` rows (1 to 100) from `?cursor=` on.

    The order: what the view's ordering filter chose, else the view's `keyset`, else the newest id first.
    The default of all lists (settings), so that apps on lower floors need not import it.
    """

    page_size: int | None = 50
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering: Any = ("-id",)
    columns: tuple[str, ...]

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return one page. Raises ValidationError (400) for a cursor or a page size that is none."""
        self.request = request
        self.base_url = request.build_absolute_uri()
        self.page_size = self.get_page_size(request) or 50
        self.columns = tie_broken(self.get_ordering(request, queryset, view), queryset.model)
        backwards, values = self._read_cursor(queryset) or (False, None)
        columns = [flipped(column) for column in self.columns] if backwards else self.columns
        rows = queryset.order_by(*columns)
        if values is not None:
            rows = rows.filter(after(columns, values, [may_be_null(queryset, column) for column in columns]))
        found = list(rows[: self.page_size + 1])
        more, self.page = len(found) > self.page_size, found[: self.page_size]
        if backwards:
            self.page.reverse()
        self.has_next = values is not None if backwards else more
        self.has_previous = more if backwards else values is not None
        return self.page

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """Return the columns, "-" for descending."""
        self.ordering = getattr(view, "keyset", self.ordering)
        return super().get_ordering(request, queryset, view)

    def get_page_size(self, request: Request) -> int | None:
        """Return the size asked for, at most `max_page_size`."""
        raw = request.query_params.get(self.page_size_query_param)
        if raw is None:
            return self.page_size
        if not (raw.isascii() and raw.isdigit() and len(raw) < 10 and int(raw) > 0):
            raise exceptions.ValidationError({"page_size": [_("Give a whole number from 1 to 100.")]})
        return min(int(raw), self.max_page_size)

    def get_next_link(self) -> str | None:
        """Return the address of the page after this one."""
        return self._link(False, self.page[-1] if self.page else None) if self.has_next else None

    def get_previous_link(self) -> str | None:
        """Return the address of the page before this one."""
        return self._link(True, self.page[0] if self.page else None) if self.has_previous else None

    def _link(self, backwards: bool, row: Any) -> str:
        """An empty page has no row to start from: its neighbour is the first, or the last, page of all."""
        values = None if row is None else [value_of(row, column) for column in self.columns]
        if values is None and not backwards:
            return replace_query_param(self.base_url or "", self.cursor_query_param, "")
        place = write_cursor(backwards, values)
        return replace_query_param(self.base_url or "", self.cursor_query_param, place)

    def _read_cursor(self, queryset: QuerySet[Any]) -> tuple[bool, Values | None] | None:
        raw = self.request.query_params.get(self.cursor_query_param)
        if not raw:
            return None
        try:
            return read_cursor(raw, [(field_of(queryset, c), may_be_null(queryset, c)) for c in self.columns])
        except (ValueError, TypeError, ArithmeticError, ValidationError):
            sentence = _("This page link is not valid. Start again from the first page.")
            raise exceptions.ValidationError({"cursor": [sentence]}) from None


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
    found = strict_json.loads(decoded)
    if not isinstance(found, list) or len(found) != 2 or not isinstance(found[0], bool):
        raise ValueError("not a cursor")
    backwards, values = found
    if values is None:
        return backwards, None
    if not isinstance(values, list) or any(isinstance(value, (list, dict)) for value in values):
        raise ValueError("not values")
    if any(value is None and not nullable for (_field, nullable), value in zip(columns, values, strict=True)):
        raise ValueError("NULL where there is none")
    return backwards, [field.to_python(value) for (field, _nullable), value in zip(columns, values, strict=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    return value
