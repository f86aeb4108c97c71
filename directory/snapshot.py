"""The directory as plain frozen data, for code that must not ask the database (the router above all)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from directory.models import Area, Category, CoUnit, Department, Responsibility


@dataclass(frozen=True, slots=True)
class AreaFacts:
    code: str
    name: str
    name_en: str
    level: str
    parent: str | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    code: str
    name: str
    name_en: str
    parent: str | None
    keywords: tuple[str, ...]
    restricted: bool


@dataclass(frozen=True, slots=True)
class DepartmentFacts:
    """In force on `[active_from, active_until)`; afterwards `successor` (a code) takes over."""

    code: str
    name: str
    name_en: str
    kind: str
    area: str
    active_from: date
    active_until: date | None
    successor: str | None
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """One line of the responsibility list, valid on `[valid_from, valid_until)`; the higher priority wins."""

    id: int
    category: str
    area: str
    lead: str
    co_units: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    priority: int
    weight: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the router asks. Dissolved units stay in, with their dates; unused categories do not."""

    areas: Mapping[str, AreaFacts]
    categories: Mapping[str, CategoryFacts]
    departments: Mapping[str, DepartmentFacts]
    rules: tuple[RuleFacts, ...]


def take() -> Snapshot:
    """Read the whole directory: five statements, whatever it holds."""
    categories = _categories()
    return Snapshot(
        areas=_areas(),
        categories=categories,
        departments=_departments(),
        rules=tuple(rule for rule in _rules() if rule.category in categories),
    )


def _areas() -> dict[str, AreaFacts]:
    columns = ("code", "name", "name_en", "level", "parent__code", "latitude", "longitude")
    return {row[0]: AreaFacts(*row) for row in Area.objects.order_by("path").values_list(*columns)}


def _categories() -> dict[str, CategoryFacts]:
    columns = ("code", "name", "name_en", "parent__code", "keywords", "restricted")
    rows = Category.objects.active().order_by("path").values_list(*columns)
    return {row[0]: CategoryFacts(*row[:4], tuple(row[4]), row[5]) for row in rows}


def _departments() -> dict[str, DepartmentFacts]:
    columns = (
        *("code", "name", "name_en", "kind", "area__code"),
        *("active_from", "active_until", "successor__code", "aliases"),
    )
    rows = Department.objects.order_by("code").values_list(*columns)
    return {row[0]: DepartmentFacts(*row[:8], tuple(row[8])) for row in rows}


def _rules() -> list[RuleFacts]:
    helpers: dict[int, list[str]] = {}
    for rule, code in CoUnit.objects.order_by("id").values_list("responsibility_id", "department__code"):
        helpers.setdefault(rule, []).append(code)
    columns = ("id", "category__code", "area__code", "lead__code")
    more = ("valid_from", "valid_until", "priority", "weight")
    rows = Responsibility.objects.order_by("id").values_list(*columns, *more)
    return [RuleFacts(*row[:4], tuple(helpers.get(row[0], ())), *row[4:]) for row in rows]
