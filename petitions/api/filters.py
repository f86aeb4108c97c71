"""Filters that refuse what they do not know: a misspelt parameter must not silently list everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request

EARLIEST, LATEST = 1900, 2200
PAGING = frozenset({"cursor", "page_size"})


class StrictFilterBackend(DjangoFilterBackend):
    """Names each unknown query parameter in the answer (400)."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Filter by the view's filter set."""
        filters = getattr(view, "filterset_class", None)
        known = PAGING | set(filters.base_filters if filters else ())
        if getattr(view, "ordering_fields", None):
            known |= {"ordering"}
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            sentence = _("There is no such filter. Known: %(names)s.") % {"names": ", ".join(sorted(known))}
            raise exceptions.ValidationError({name[:60]: [sentence] for name in unknown})
        return super().filter_queryset(request, queryset, view)

    def get_filterset_kwargs(self, request: Request, queryset: QuerySet[Any], view: Any) -> dict[str, Any]:
        """Build the filters that were given, and no others: each costs a copy and a form field."""
        return {**super().get_filterset_kwargs(request, queryset, view), "only_given": True}


class StrictOrderingFilter(OrderingFilter):
    """Names the columns to order by where somebody asks for another one (400)."""

    def remove_invalid_fields(
        self, queryset: QuerySet[Any], fields: Iterable[str], view: Any, request: Request
    ) -> list[str]:
        """Return `fields`; raises ValidationError when the list cannot be ordered by one of them."""
        known = [name for name, _label in self.get_valid_fields(queryset, view, {"request": request})]
        asked = list(fields)
        if any(field.removeprefix("-") not in known for field in asked):
            sentence = _("This list can be ordered by: %(names)s.") % {"names": ", ".join(known)}
            raise exceptions.ValidationError({"ordering": [sentence]})
        return asked


class StrictFilterSet(django_filters.FilterSet):
    """A filter set for StrictFilterBackend. Pages, which show a form, build all of its filters."""

    def __init__(self, data: Any = None, *args: Any, only_given: bool = False, **kwargs: Any) -> None:
        if only_given:
            every: dict[str, Any] = vars(type(self))["base_filters"]  # the class's own; ours hides it
            self.base_filters = {name: each for name, each in every.items() if name in (data or ())}
        super().__init__(data, *args, **kwargs)


class InstantField(IsoDateTimeField):
    """An instant of ISO 8601, in UTC: PostgreSQL knows fewer time zones than Python, and other years."""

    def to_python(self, value: Any) -> datetime | None:
        """Return the instant; raises ValidationError for a text that is none, or outside the years 1900 to 2200."""
        found: datetime | None = super().to_python(value)
        if found is not None and not EARLIEST <= found.year <= LATEST:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found and found.astimezone(UTC)


class InstantFilter(django_filters.Filter):
    """By an instant."""

    field_class = InstantField


class KnownFilter(django_filters.CharFilter):
    """By the code of something this process keeps: its primary key is compared, without a join or a further SELECT.

    `find` returns the row with a code, or None; an unknown code lists nothing.
    """

    def __init__(self, find: Callable[[str], Model | None], column: str, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 32, **kwargs})
        self.find, self.column = find, column

    def filter(self, qs: Any, value: str) -> Any:
        """Filter by the row with this code."""
        if not value:
            return qs
        found = self.find(value)
        return qs.none() if found is None else qs.filter(**{self.column: found.pk})


class SubtreeFilter(django_filters.CharFilter):
    """By the code of a tree's node: the node and everything below it.

    `below` returns their primary keys, none for an unknown code: compared as numbers they fit an index, and the
    planner knows how many rows each has, which it cannot know of a path's beginning.
    """

    def __init__(self, below: Callable[[str], list[int]], column: str, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 32, **kwargs})
        self.below, self.column = below, column

    def filter(self, qs: Any, value: str) -> Any:
        """Filter by the node; an unknown code lists nothing."""
        return qs.filter(**{f"{self.column}__in": self.below(value)}) if value else qs
