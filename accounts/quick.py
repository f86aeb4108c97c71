"""Serializers that write out quickly: how each field is read is worked out once a class, not once a row.

DRF copies every field for every answer and asks each of them how to find its value: for a list of fifty that is
most of the request's time. A serializer with `Quick` declares the same fields, so that the schema stays true, and
writes them by a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, cast

from django.db.models import Model
from django.utils.timezone import get_current_timezone, is_aware
from django.utils.translation import get_language
from rest_framework import serializers

Read = Callable[[Any, Any], Any]
MISSING = object()


class Quick:
    """Before `Serializer` or `ModelSerializer` in the list of bases; for writing out only."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the row as plain data."""
        return {name: read(self, instance) for name, read in _plan(cast(Any, type(self)))}


@cache
def _plan(kind: Any) -> tuple[tuple[str, Read], ...]:
    """How each field of the serializer is read, in order."""
    serializer = kind()
    return tuple((name, _reader(serializer, field)) for name, field in serializer.fields.items())


def _reader(serializer: Any, field: Any) -> Read:
    if isinstance(field, serializers.SerializerMethodField):
        method = field.method_name or f"get_{field.field_name}"
        return lambda own, row: getattr(own, method)(row)
    if label := _choice(serializer, field.source):
        return label
    find = _finder(field)
    write = _writer(field)
    return (lambda own, row: find(row)) if write is None else (lambda own, row: _written(find(row), write))


def _written(value: Any, write: Callable[[Any], Any]) -> Any:
    return None if value is None else write(value)


def _finder(field: Any) -> Callable[[Any], Any]:
    """How the value is found: an attribute, or a name in a mapping; a way that ends at None gives the default."""
    names = field.source.split(".")
    by_attribute = attrgetter(field.source)
    default = None if field.default is serializers.empty else field.default

    def find(row: Any) -> Any:
        try:
            value = _in_mapping(row, names) if isinstance(row, Mapping) else by_attribute(row)
        except AttributeError:
            return default
        return value() if callable(value) else value

    return find


def _in_mapping(row: Any, names: list[str]) -> Any:
    for name in names:
        row = row[name] if isinstance(row, Mapping) else getattr(row, name)
    return row


def _writer(field: Any) -> Callable[[Any], Any] | None:
    """How the value is written; None for what is plain already."""
    if isinstance(field, serializers.DateTimeField):
        return stamp
    if isinstance(field, serializers.ListSerializer):
        child: Any = field.child
        return lambda rows: [child.to_representation(row) for row in rows]
    plain = (serializers.CharField, serializers.BooleanField, serializers.IntegerField, serializers.DictField)
    return None if isinstance(field, plain) else field.to_representation


def stamp(value: datetime | str) -> str:
    """Return a time as DRF writes it: ISO 8601 in the zone now active."""
    if isinstance(value, str):
        return value
    text = (value.astimezone(get_current_timezone()) if is_aware(value) else value).isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def _choice(serializer: Any, source: str) -> Read | None:
    """The label of a model's choice: `get_state_display` looks its words up anew for every row."""
    model = getattr(getattr(serializer, "Meta", None), "model", None)
    name = source.removeprefix("get_").removesuffix("_display")
    if model is None or source != f"get_{name}_display":
        return None
    by_attribute = attrgetter(name)

    def read(_own: Any, row: Any) -> str:
        value = by_attribute(row)
        return labels(model, name, get_language() or "").get(value, value)

    return read


@cache
def labels(model: type[Model], name: str, language: str) -> dict[Any, str]:
    """Return {value: label} of a field's choices; `language` must be the one now active."""
    return {value: str(label) for value, label in model._meta.get_field(name).flatchoices}  # type: ignore[union-attr]
