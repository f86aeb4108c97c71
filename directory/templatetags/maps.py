"""Maps: `{% map_points %}`, `{% map_areas %}`, `{% map_pick %}`. docs/design.md tells how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.conf import settings

register = template.Library()


@register.inclusion_tag("partials/map.html")
def map_points(points: Iterable[Mapping[str, Any]], label: str, listed: bool = True) -> dict[str, Any]:
    """Points with popups. A point: `latitude`, `longitude`, `title`, and if wanted `text`, `href`, `tone`.

    `listed`: the map brings its own list of the points, for those who do not see it. False where the page has one.
    """
    drawn = [_point(each) for each in points if each.get("latitude") is not None and each.get("longitude") is not None]
    return _map("points", label, points=drawn, rows=drawn if listed else [])


@register.inclusion_tag("partials/map.html")
def map_areas(values: Iterable[Mapping[str, Any]], label: str, listed: bool = True) -> dict[str, Any]:
    """Areas shaded by value. A row: `code` (community or sub-district), `title`, `value`; `text`, `href` if wanted."""
    rows = [
        {"code": str(each["code"]), "value": float(each["value"]), **_words(each, fallback=f"{each['value']}")}
        for each in values
    ]
    return _map("areas", label, points=rows, rows=rows if listed else [])


@register.inclusion_tag("partials/map.html")
def map_pick(label: str, opened: bool = False) -> dict[str, Any]:
    """Choose a place: fills `latitude`, `longitude` and an empty `area` of the form around it; a button opens it."""
    return _map("pick", label, later=not opened)


def _map(mode: str, label: str, **more: Any) -> dict[str, Any]:
    return {"mode": mode, "label": label, "tiles": settings.MAP_TILES, "rows": [], **more}


def _point(each: Mapping[str, Any]) -> dict[str, Any]:
    place = {"latitude": float(each["latitude"]), "longitude": float(each["longitude"])}
    return {**place, "tone": str(each.get("tone") or ""), **_words(each)}


def _words(each: Mapping[str, Any], fallback: str = "") -> dict[str, str]:
    return {
        "title": str(each["title"]),
        "text": str(each.get("text") or fallback),
        "href": str(each.get("href") or ""),
    }
