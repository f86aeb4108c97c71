"""What other apps ask of the directory. Kept in each process for at most a minute: warm, it costs no SQL.

Master data change rarely and are asked at every petition. What is handed out is shared: read it, never change it.
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
# Communities are known by a point, not by a boundary: a place this far outside all of them is still the district's.
MARGIN_DEGREES = 0.02
_kept: dict[str, tuple[float, Any]] = {}


def invalidate() -> None:
    """Forget what this process keeps. Other processes follow within a minute."""
    _kept.clear()


def _keep(name: str, load: Callable[[], T]) -> T:
    """Return what is kept under the name, loaded anew when older than a minute.

    What did not change keeps its identity, so that indexes built upon it (the router's) stay usable.
    """
    now = time.monotonic()
    until, value = _kept.get(name, (-math.inf, None))
    if now >= until:
        fresh = load()
        value = value if value is not None and value == fresh else fresh
        _kept[name] = (now + KEPT_SECONDS, value)
    return cast(T, value)


# --- Time -----------------------------------------------------------------------------------------------------


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


# --- Places, units, categories --------------------------------------------------------------------------------


def area_by_code(code: str) -> Area | None:
    """Return the area with this official code, or None."""
    return _keep("areas", lambda: {area.code: area for area in Area.objects.all()}).get(code)


def category_by_code(code: str) -> Category | None:
    """Return the category with this code, or None; one no longer in use is returned too."""
    return _keep("categories", lambda: {each.code: each for each in Category.objects.all()}).get(code)


def department_by_code(code: str) -> Department | None:
    """Return the unit with this code, or None; a dissolved one is returned too."""
    return _keep("departments", lambda: {unit.code: unit for unit in Department.objects.all()}).get(code)


def department_by_name(name: str) -> Department | None:
    """Return the unit with this Chinese name or alias, however spaced and bracketed; None if none or several."""
    found = _keep("department_names", _load_department_names).get(_plain(name), [])
    return department_by_code(found[0]) if len(found) == 1 else None


def _load_department_names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for code, name, aliases in Department.objects.values_list("code", "name", "aliases"):
        for spelling in {_plain(each) for each in (name, *aliases)}:
            names[spelling].append(code)
    return dict(names)


def _plain(name: str) -> str:
    """Full-width brackets and letters become ordinary ones, and spaces go."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def place_area(latitude: float, longitude: float) -> Area | None:
    """Return the community whose centre is nearest, or None for a place outside the districts served."""
    near = [
        community
        for communities in _keep("communities", _load_communities).values()
        if _within(communities, latitude, longitude)
        for community in communities
    ]
    # A degree of longitude is shorter than one of latitude by the cosine; enough within a district.
    scale = math.cos(math.radians(latitude))
    return min(
        near,
        key=lambda at: math.hypot(at.latitude - latitude, (at.longitude - longitude) * scale),
        default=None,
    )


def _load_communities() -> dict[str, list[Area]]:
    """Communities with a position, by the path of their district (all that stands above the sub-district)."""
    districts: dict[str, list[Area]] = defaultdict(list)
    placed = Area.objects.filter(level=Area.Level.COMMUNITY, latitude__isnull=False)
    for area in placed:
        districts[".".join(area.lineage()[:-2])].append(area)
    return dict(districts)


def _within(communities: Sequence[Area], latitude: float, longitude: float) -> bool:
    north, east = [a.latitude for a in communities], [a.longitude for a in communities]
    return all(
        min(known) - MARGIN_DEGREES <= value <= max(known) + MARGIN_DEGREES
        for known, value in ((north, latitude), (east, longitude))
    )


# --- Responsibilities -----------------------------------------------------------------------------------------


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
    return _keep("snapshot", snapshots.take)
