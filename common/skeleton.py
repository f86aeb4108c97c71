"""A template for one row, put down fifty times a page without rendering it fifty times.

The template is rendered once for each shape of a row (which of its values are there at all) and language, with a mark
in the place of each value; a row is then the text between the marks and its own values, escaped as a template would.
The template stays the only place that says what a row looks like.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from operator import attrgetter
from typing import Any, cast

from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

MARK = re.compile("\x02([a-z_.]+)\x02")
PLAIN = frozenset({str, SafeString, int, bool, type(None)})
Shape = tuple[tuple[str, bool], ...]


def put_down(template: str, row: Any, **context: str) -> SafeString:
    """Return `template` rendered with `row`, a dataclass of texts (a field may be another one), and with `context`.

    The template may only put values down and ask whether they are there: its outcome follows from which are empty.
    """
    fixed, find = _skeleton(template, cast(Any, type(row)), _shape(row), tuple(context), get_language() or "")
    values = find({"row": row, **context})
    text = [fixed[0]]
    for value, after in zip(values, fixed[1:], strict=True):
        text += (_escaped(value), after)
    return mark_safe("".join(text))  # noqa: S308, the values are escaped and the rest is the template's


def _escaped(value: Any) -> str:
    """As `conditional_escape`, without its way by lazy texts for what is a plain one: fifty rows have a thousand."""
    if type(value) is str:
        return escape(value)
    if type(value) is int:
        return str(value)
    return value if type(value) is SafeString else str(conditional_escape(value))


def _shape(row: Any) -> Shape:
    found: list[tuple[str, bool]] = []
    for name in _names(cast(Any, type(row))):
        value = getattr(row, name)
        kind = type(value)
        if kind not in PLAIN and dataclasses.is_dataclass(value):
            found += [(f"{name}.{inner}", there) for inner, there in _shape(value)]
        else:
            # A number is put down also when it is nought: the version of a matter nothing happened to yet.
            found.append((name, bool(value) or kind is int))
    return tuple(found)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@cache
def _skeleton(template: str, kind: Any, shape: Shape, names: tuple[str, ...], language: str) -> tuple[list[str], Any]:
    """The texts between the values, and how to find the values."""
    row: dict[str, Any] = {}
    for path, there in shape:
        *holders, name = path.split(".")
        inside = row
        for holder in holders:
            inside = inside.setdefault(holder, {})
        inside[name] = mark_safe(f"\x02row.{path}\x02") if there else ""  # noqa: S308, a mark of ours
    marks = {name: mark_safe(f"\x02{name}\x02") for name in names}  # noqa: S308
    pieces = MARK.split(render_to_string(template, {"row": row, **marks}))
    finders = [attrgetter(path.removeprefix("row.")) if path.startswith("row.") else path for path in pieces[1::2]]

    def find(given: Mapping[str, Any]) -> list[Any]:
        row = given["row"]
        return [given[each] if isinstance(each, str) else each(row) for each in finders]

    return pieces[::2], find
