"""Filters that refuse what they do not know: a misspelt parameter must not silently list everything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Model, Q, QuerySet
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


class SubtreeFilter(django_filters.CharFilter):
    """By the code of a tree's node: the node and everything below it."""

    def __init__(self, tree: type[Model], path_lookup: str, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 32, **kwargs})
        self.tree, self.path_lookup = tree, path_lookup

    def filter(self, qs: Any, value: str) -> Any:
        """Filter by the node's path; an unknown code lists nothing."""
        if not value:
            return qs
        path = self.tree._default_manager.filter(code=value).values_list("path", flat=True).first()
        return qs.filter(Q(**{f"{self.path_lookup}__startswith": path})) if path else qs.none()
