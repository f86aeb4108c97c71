"""What the database holds already, as far as files must fit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from directory.models import Area, Category, Department, Responsibility


@dataclass(frozen=True, slots=True)
class Stored:
    """Codes, who stands above whom, names with their place, levels, and the rules' keys and dates."""

    codes: dict[str, set[str]]
    parents: dict[str, dict[str, str | None]]
    names: dict[str, dict[str, tuple[str | None, str]]]
    levels: dict[str, str]
    rules: list[tuple[str, str, str, date, date | None]]


def look() -> Stored:
    """Read it: four statements."""
    areas = list(Area.objects.values_list("code", "parent__code", "name", "level"))
    categories = list(Category.objects.values_list("code", "parent__code", "name"))
    units = list(Department.objects.values_list("code", "successor__code", "name", "area__code"))
    columns = ("category__code", "area__code", "lead__code", "valid_from", "valid_until")
    return Stored(
        codes={
            "areas": {row[0] for row in areas},
            "categories": {row[0] for row in categories},
            "departments": {row[0] for row in units},
        },
        parents={
            "areas": {row[0]: row[1] for row in areas},
            "categories": {row[0]: row[1] for row in categories},
            "departments": {row[0]: row[1] for row in units},
        },
        names={
            "areas": {row[0]: (row[1], row[2]) for row in areas},
            "categories": {row[0]: (row[1], row[2]) for row in categories},
            "departments": {row[0]: (row[3], row[2]) for row in units},
        },
        levels={row[0]: row[3] for row in areas},
        rules=list(Responsibility.objects.values_list(*columns)),
    )
