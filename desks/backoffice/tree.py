"""The directory as a tree: places with their units and stations, categories with the units that lead them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from desks.backoffice.tools import shown, tool
from directory.calendar import local_day
from directory.models import Area, Category, Department, Membership, Responsibility
from stations.models import Station


@tool("tree")
@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """The whole of it in six statements, whatever it holds; branches open and close without script."""
    context = {"places": _places(), "subjects": _subjects(), "today": local_day(timezone.now())}
    return shown(request, "tree", "desks/backoffice/tree.html", context)


def _places() -> list[dict[str, Any]]:
    units: dict[int, list[Department]] = defaultdict(list)
    for unit in Department.objects.order_by("name"):
        units[unit.area_id].append(unit)
    stations: dict[int, list[Station]] = defaultdict(list)
    for station in Station.objects.order_by("name"):
        stations[station.area_id].append(station)
    members: dict[int, int] = defaultdict(int)
    for department_id in Membership.objects.values_list("department_id", flat=True):
        members[department_id] += 1

    def leaf(area: Area) -> dict[str, Any]:
        here = [{"unit": unit, "members": members[unit.pk]} for unit in units[area.pk]]
        return {"node": area, "units": here, "stations": stations[area.pk], "top": area.parent_id is None}

    return _nested(list(Area.objects.order_by("path")), leaf)


def _subjects() -> list[dict[str, Any]]:
    leads: dict[int, dict[int, str]] = defaultdict(dict)
    today = local_day(timezone.now())
    lines = Responsibility.objects.in_force(today).select_related("lead").order_by("-weight")
    for line in lines:
        leads[line.category_id].setdefault(line.lead_id, line.lead.label)

    def leaf(category: Category) -> dict[str, Any]:
        return {"node": category, "leads": list(leads[category.pk].values())[:4], "more": len(leads[category.pk]) - 4}

    return _nested(list(Category.objects.order_by("path")), leaf)


def _nested(nodes: list[Any], leaf: Any) -> list[dict[str, Any]]:
    """Rows of a tree, parents before children, as nested dictionaries with `children`."""
    made: dict[int, dict[str, Any]] = {}
    roots: list[dict[str, Any]] = []
    for node in nodes:
        made[node.pk] = {**leaf(node), "children": []}
        above = made.get(node.parent_id) if node.parent_id else None
        (above["children"] if above else roots).append(made[node.pk])
    return roots
