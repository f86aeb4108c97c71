"""The directory as plain frozen data, for code that must not ask the database (the router above all)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

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
    return {
        code: CategoryFacts(code, name, name_en, parent, tuple(keywords), restricted)
        for code, name, name_en, parent, keywords, restricted in (
            Category.objects.active().order_by("path").values_list(*columns)
        )
    }


def _departments() -> dict[str, DepartmentFacts]:
    columns = ("aliases", "code", "name", "name_en", "kind", "area__code")
    dates = ("active_from", "active_until", "successor__code")
    rows: Iterable[tuple[Any, ...]] = Department.objects.order_by("code").values_list(*columns, *dates)
    return {
        code: DepartmentFacts(code, name, name_en, kind, area, start, until, successor, tuple(aliases))
        for aliases, code, name, name_en, kind, area, start, until, successor in rows
    }


def _rules() -> list[RuleFacts]:
    helpers: dict[int, list[str]] = {}
    for rule, code in CoUnit.objects.order_by("id").values_list("responsibility_id", "department__code"):
        helpers.setdefault(rule, []).append(code)
    columns = ("id", "category__code", "area__code", "lead__code")
    more = ("valid_from", "valid_until", "priority", "weight")
    rows: Iterable[tuple[Any, ...]] = Responsibility.objects.order_by("id").values_list(*columns, *more)
    return [
        RuleFacts(number, category, area, lead, tuple(helpers.get(number, ())), *rest)
        for number, category, area, lead, *rest in rows
    ]
