"""What other apps ask of the directory. Kept in each process for at most a minute: warm, it costs no SQL.

Master data change rarely and are asked at every petition. What is handed out is shared: never change it.
"""

from __future__ import annotations

import math
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar, cast

from directory import snapshot as snapshots
from directory.calendar import WorkingCalendar
from directory.models import Area, CalendarDay, Category, Department, Responsibility, ServiceLevel
from directory.snapshot import Snapshot

T = TypeVar("T")

KEPT_SECONDS = 60.0
# Communities are known by a point, not by a boundary: this far outside all of them is still the district.
MARGIN_DEGREES = 0.02
_kept: dict[str, tuple[float, Any]] = {}


def invalidate() -> None:
    """Forget what this process keeps. Other processes follow within a minute."""
    _kept.clear()


def keep(name: str, load: Callable[[], T]) -> T:
    """Keep other master data in the same way, under a name of its own, until `invalidate` or for a minute."""
    return _keep(name, load)


def attach(row: Any, **lookups: Callable[[int], Any]) -> None:
    """Give a fresh row its related master data from what this process keeps: no join, no further SELECT.

    What is not kept (entered within the last minute) is left to be fetched when somebody asks.
    """
    kept = row._state.fields_cache
    held = row.__dict__
    for name, find in lookups.items():
        number = held.get(f"{name}_id")
        if number is not None and (found := find(number)) is not None:
            kept[name] = found
        elif number is None and f"{name}_id" in held:
            kept[name] = None


def _keep(name: str, load: Callable[[], T]) -> T:
    """Return what is kept under the name, loaded anew when older than a minute."""
    now = time.monotonic()
    until, value = _kept.get(name, (-math.inf, None))
    if now >= until:
        value = load()
        _kept[name] = (now + KEPT_SECONDS, value)
    return cast(T, value)


# --- Time ---------------------------------------------------------------------------------------------------


def calendar() -> WorkingCalendar:
    """Return the official calendar with this deployment's exceptions."""
    return _keep("calendar", _load_calendar)


def _load_calendar() -> WorkingCalendar:
    return WorkingCalendar(dict(CalendarDay.objects.values_list("date", "is_workday")))


def service_level(kind: str, urgency: str) -> ServiceLevel:
    """Return the limits for this kind of petition and urgency.

    Raises ServiceLevel.DoesNotExist where none has been set: no limit is ever made up.
    """
    try:
        return _keep("service_levels", _load_service_levels)[kind, urgency]
    except KeyError:
        raise ServiceLevel.DoesNotExist(f"No service level for {kind!r}, {urgency!r}.") from None


def _load_service_levels() -> dict[tuple[str, str], ServiceLevel]:
    return {(level.kind, level.urgency): level for level in ServiceLevel.objects.all()}


# --- Places, units, categories ------------------------------------------------------------------------------


def area_by_name(name: str) -> Area | None:
    """Return the area with this Chinese name, or None if none or several have it."""
    found = _keep("area_names", _load_area_names).get(_plain(name), [])
    return area_by_code(found[0]) if len(found) == 1 else None


def _load_area_names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for code, name in Area.objects.values_list("code", "name"):
        names[_plain(name)].append(code)
    return dict(names)


def area_by_code(code: str) -> Area | None:
    """Return the area with this official code, or None."""
    return _keep("areas", lambda: {area.code: area for area in Area.objects.all()}).get(code)


def area_by_id(number: int) -> Area | None:
    """Return the area with this primary key, or None."""
    return _keep("areas_by_id", lambda: {area.pk: area for area in Area.objects.all()}).get(number)


def areas_under(path: str) -> list[int]:
    """Return the primary keys of the area with this path and of all below it: a condition that fits an index."""
    every = _keep("areas_by_id", lambda: {area.pk: area for area in Area.objects.all()})
    return [number for number, area in every.items() if area.path.startswith(path)]


def areas_of(code: str) -> list[int]:
    """Return the primary keys of the area with this code and of all below it; none for an unknown code."""
    area = area_by_code(code)
    return areas_under(area.path) if area else []


def category_by_id(number: int) -> Category | None:
    """Return the category with this primary key, or None."""
    return _keep("categories_by_id", lambda: {each.pk: each for each in Category.objects.all()}).get(number)


def department_by_id(number: int) -> Department | None:
    """Return the unit with this primary key, or None."""
    return _keep("departments_by_id", lambda: {unit.pk: unit for unit in Department.objects.all()}).get(number)


def category_by_code(code: str) -> Category | None:
    """Return the category with this code, or None; one no longer in use is returned too."""
    return _keep("categories", lambda: {each.code: each for each in Category.objects.all()}).get(code)


def categories_of(code: str) -> list[int]:
    """Return the primary keys of the category with this code and of all below it; none for an unknown code."""
    top = category_by_code(code)
    every = _keep("categories", lambda: {each.code: each for each in Category.objects.all()}).values()
    return [each.pk for each in every if each.path.startswith(top.path)] if top else []


def category_by_names(*names: str) -> Category | None:
    """Return the category with these Chinese names from the first level down, or None.

    Spaces and loose punctuation do not matter, nor do empty names at the end: records from elsewhere have both.
    """
    wanted = tuple(plain for name in names if (plain := _plain(name)))
    code = _keep("category_names", _load_category_names).get(wanted)
    return None if code is None else category_by_code(code)


def _load_category_names() -> dict[tuple[str, ...], str]:
    names = dict(Category.objects.values_list("code", "name"))
    paths = Category.objects.values_list("code", "path")
    return {tuple(_plain(names[step]) for step in path.split(".")[:-1]): code for code, path in paths}


def department_by_code(code: str) -> Department | None:
    """Return the unit with this code, or None; a dissolved one is returned too."""
    return _keep("departments", lambda: {unit.code: unit for unit in Department.objects.all()}).get(code)


def department_by_name(name: str) -> Department | None:
    """Return the unit with this Chinese name or alias, however spaced; None if none or several."""
    found = _keep("department_names", _load_department_names).get(_plain(name), [])
    return department_by_code(found[0]) if len(found) == 1 else None


def _load_department_names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for code, name, aliases in Department.objects.values_list("code", "name", "aliases"):
        for spelling in {_plain(each) for each in (name, *aliases)}:
            names[spelling].append(code)
    return dict(names)


def _plain(name: str) -> str:
    """Full-width brackets and letters become ordinary ones; spaces and punctuation at the ends go."""
    return "".join(unicodedata.normalize("NFKC", name).split()).strip(",、。.-")


def place_area(latitude: float, longitude: float) -> Area | None:
    """Return the community whose centre is nearest, or None for a place outside the districts served."""
    near = [
        community
        for communities in _keep("communities", _load_communities).values()
        if _within(communities, latitude, longitude)
        for community in communities
    ]
    return min(near, key=lambda area: _distance(area, latitude, longitude), default=None)


def _distance(area: Area, latitude: float, longitude: float) -> float:
    """In degrees of latitude, for comparing: a degree of longitude is shorter by the cosine."""
    if area.latitude is None or area.longitude is None:
        return math.inf
    east = (area.longitude - longitude) * math.cos(math.radians(latitude))
    return math.hypot(area.latitude - latitude, east)


def _load_communities() -> dict[str, list[Area]]:
    """Communities with a position, by the path of their district (all that stands above the sub-district)."""
    districts: dict[str, list[Area]] = defaultdict(list)
    placed = Area.objects.filter(level=Area.Level.COMMUNITY, latitude__isnull=False)
    for area in placed:
        districts[".".join(area.lineage()[:-2])].append(area)
    return dict(districts)


def _within(communities: Sequence[Area], latitude: float, longitude: float) -> bool:
    """Whether the place lies in the box around these communities, a margin included."""
    return _in_range(latitude, [each.latitude for each in communities]) and _in_range(
        longitude, [each.longitude for each in communities]
    )


def _in_range(value: float, known: Sequence[float | None]) -> bool:
    given = [each for each in known if each is not None]
    return min(given) - MARGIN_DEGREES <= value <= max(given) + MARGIN_DEGREES


# --- Responsibilities ---------------------------------------------------------------------------------------


def responsible(category: Category, area: Area, on: date) -> list[Responsibility]:
    """Return the lines of the responsibility list that hold for this category in this area on that day.

    Most specific first: the deepest category, then the deepest area, then the higher priority, then weight.
    A line whose lead unit does not exist on that day is left out.
    """
    lines = _keep("responsibilities", _load_responsibilities)
    found: list[Responsibility] = []
    for category_code in reversed(category.lineage()):
        for area_code in reversed(area.lineage()):
            held = lines.get((category_code, area_code), ())
            found += [line for line in held if line.is_in_force(on) and line.lead.is_in_force(on)]
    return found


def _load_responsibilities() -> dict[tuple[str, str], list[Responsibility]]:
    lines: dict[tuple[str, str], list[Responsibility]] = defaultdict(list)
    rows = Responsibility.objects.select_related("category", "area", "lead").prefetch_related("co_units")
    for line in rows.order_by("-priority", "-weight", "id"):
        lines[line.category.code, line.area.code].append(line)
    return dict(lines)


def snapshot() -> Snapshot:
    """Return the directory as plain frozen data, the same object for as long as nothing in it changes."""
    return _keep("snapshot", _take_snapshot)


def _take_snapshot() -> Snapshot:
    """Indexes are built upon a snapshot (the router's), so what did not change keeps its identity."""
    last, fresh = _kept.get("snapshot", (0.0, None))[1], snapshots.take()
    return last if last == fresh else fresh
