"""Which files there are, which columns each has, and how a cell becomes a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from directory.models import Area, Department, PetitionKind, ServiceLevel, Urgency
from directory.models.base import CODE_LENGTH, CODE_PATTERN

Reader = Callable[[str], Any]
_YES, _NO = {"yes", "true", "1", "是"}, {"no", "false", "0", "否"}


@dataclass(frozen=True)
class Column:
    """One column. A `required` one must stand in the header and be filled; else `default` takes its place."""

    name: str
    read: Reader
    required: bool = False
    default: Any = None
    # The file whose codes this column refers to; a list of codes refers with each.
    refers_to: str = ""


@dataclass(frozen=True)
class Sheet:
    """One file: its name without the suffix, its columns, and those that identify a row."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    may_have_no_rows: bool = False


def text(most: int) -> Reader:
    """Read text of at most so many characters."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise ValueError(_("The text is longer than %(most)d characters.") % {"most": most})
        return cell

    return read


def code(cell: str) -> str:
    """Read a code: Latin letters, digits, hyphen and underscore, at most 32."""
    if len(cell) > CODE_LENGTH or not re.fullmatch(CODE_PATTERN.strip("^$"), cell):
        raise ValueError(_("A code has at most 32 Latin letters, digits, hyphens and underscores; no hyphen first."))
    return cell


def choice(allowed: Sequence[str]) -> Reader:
    """Read one of these words."""

    def read(cell: str) -> str:
        if cell not in allowed:
            raise ValueError(_("“%(value)s” is not one of: %(allowed)s.") % _said(cell, ", ".join(allowed)))
        return cell

    return read


def day(cell: str) -> date:
    """Read a date written as 2018-01-31 or 2018/1/31."""
    parts = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", cell, re.ASCII)
    try:
        return date(*map(int, parts.groups())) if parts else date.fromisoformat(cell)
    except ValueError:
        raise ValueError(_("“%(value)s” is not a date such as 2018-01-31.") % _said(cell)) from None


def yes(cell: str) -> bool:
    """Read yes or no, in English or Chinese."""
    if cell.lower() not in _YES | _NO:
        raise ValueError(_("“%(value)s” is neither yes nor no.") % _said(cell))
    return cell.lower() in _YES


def whole(low: int, high: int) -> Reader:
    """Read a whole number within these bounds, both included."""

    def read(cell: str) -> int:
        if not re.fullmatch(r"-?\d{1,9}", cell, re.ASCII) or not low <= int(cell) <= high:
            bounds = {"value": cell[:40], "low": low, "high": high}
            raise ValueError(_("“%(value)s” is not a whole number from %(low)d to %(high)d.") % bounds)
        return int(cell)

    return read


def degrees(most: int) -> Reader:
    """Read a latitude or longitude in decimal degrees."""

    def read(cell: str) -> float:
        if not re.fullmatch(r"-?\d{1,3}(\.\d{1,10})?", cell, re.ASCII) or abs(float(cell)) > most:
            bounds = {"value": cell[:40], "most": most}
            raise ValueError(_("“%(value)s” is not a number of degrees from -%(most)d to %(most)d.") % bounds)
        return float(cell)

    return read


def several(each: Reader) -> Reader:
    """Read a list with | between its members; what stands twice counts once."""

    def read(cell: str) -> list[Any]:
        return list(dict.fromkeys(each(part.strip()) for part in cell.split("|") if part.strip()))

    return read


def rising(each: Reader) -> Reader:
    """Read a list of numbers, each higher than the one before."""

    def read(cell: str) -> list[int]:
        steps = [each(part.strip()) for part in cell.split("|") if part.strip()]
        if steps != sorted(set(steps)):
            raise ValueError(_("The numbers must rise, such as 0|1|3."))
        return steps

    return read


def _said(cell: str, allowed: str = "") -> dict[str, str]:
    return {"value": cell[:40], "allowed": allowed}


_LIMIT = whole(0, 3650)
_NAMES = (Column("name", text(100), required=True), Column("name_en", text(200), default=""))
_CODE = Column("code", code, required=True)


def _parent(sheet: str) -> Column:
    return Column("parent", code, refers_to=sheet)


def _limit_columns() -> tuple[Column, ...]:
    """One column for each limit of the model, with the model's default, so that they cannot drift apart."""
    limits = [
        Column(each.name, _LIMIT, default=each.default if each.has_default() else None)
        for each in ServiceLevel._meta.concrete_fields
        if each.name.endswith(("_wd", "_hours", "_days")) and each.name != "escalation_wd"
    ]
    return (*limits, Column("escalation_wd", rising(_LIMIT), default=[0, 1, 3]))


AREAS = Sheet(
    "areas",
    (
        _CODE,
        *_NAMES,
        Column("level", choice(Area.Level.values), required=True),
        _parent("areas"),
        Column("latitude", degrees(90)),
        Column("longitude", degrees(180)),
        Column("position_is_approximate", yes, default=True),
    ),
    key=("code",),
)
DEPARTMENTS = Sheet(
    "departments",
    (
        _CODE,
        *_NAMES,
        Column("area", code, required=True, refers_to="areas"),
        Column("kind", choice(Department.Kind.values), required=True),
        Column("aliases", several(text(100)), default=[]),
        Column("active_from", day, required=True),
        Column("active_until", day),
        Column("successor", code, refers_to="departments"),
    ),
    key=("code",),
)
CATEGORIES = Sheet(
    "categories",
    (
        _CODE,
        *_NAMES,
        _parent("categories"),
        Column("keywords", several(text(50)), default=[]),
        Column("restricted", yes, default=False),
        Column("is_active", yes, default=True),
    ),
    key=("code",),
)
RESPONSIBILITIES = Sheet(
    "responsibilities",
    (
        Column("category", code, required=True, refers_to="categories"),
        Column("area", code, required=True, refers_to="areas"),
        Column("lead", code, required=True, refers_to="departments"),
        Column("co_units", several(code), default=[], refers_to="departments"),
        Column("valid_from", day, required=True),
        Column("valid_until", day),
        Column("priority", whole(-1000, 1000), default=0),
        Column("weight", whole(0, 10**8), default=0),
    ),
    key=("category", "area", "lead", "valid_from"),
)
SERVICE_LEVELS = Sheet(
    "service_levels",
    (
        Column("kind", choice(PetitionKind.values), required=True),
        Column("urgency", choice(Urgency.values), required=True),
        *_limit_columns(),
    ),
    key=("kind", "urgency"),
)
CALENDAR = Sheet(
    "calendar",
    (
        Column("date", day, required=True),
        Column("is_workday", yes, required=True),
        Column("note", text(200), default=""),
    ),
    key=("date",),
    may_have_no_rows=True,
)
# In the order in which they are written: each refers only to those before it.
SHEETS = (AREAS, DEPARTMENTS, CATEGORIES, RESPONSIBILITIES, SERVICE_LEVELS, CALENDAR)
