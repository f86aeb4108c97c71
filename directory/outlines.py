"""A plain map from what the directory knows: schematic outlines around the positions of communities.

Communities are known by a point, not by a boundary. Each gets the ground nearer to its point than to any other
(its Voronoi cell), cut off by a smooth line around them all; where neighbours belong to different sub-districts runs
the line between those. Plain numbers in, GeoJSON out; no database.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from directory.snapshot import AreaFacts

Point = tuple[float, float]
# A corner, and which neighbour lies behind the side that begins there; None is the outside.
Corner = tuple[Point, int | None]
Ring = list[Corner]

DECIMALS: Final = 4  # eleven metres
ROUND: Final = 16  # corners of the circle around a point
LONE_DEGREES: Final = 0.02  # how far the ground of a single community reaches


@dataclass(frozen=True, slots=True)
class Site:
    """A community: its code, its sub-district, its place on a flat sheet (degrees, east shortened)."""

    code: str
    group: str
    at: Point


def outlines(areas: Mapping[str, AreaFacts]) -> dict[str, Any]:
    """Return a FeatureCollection: a polygon for each community with a position, then the lines between groups."""
    placed = [each for each in areas.values() if each.level == "community" and each.latitude is not None]
    if not placed:
        return {"type": "FeatureCollection", "features": []}
    squeeze = math.cos(math.radians(sum(each.latitude or 0.0 for each in placed) / len(placed)))
    sites = tuple(
        Site(each.code, each.parent or "", ((each.longitude or 0.0) * squeeze, each.latitude or 0.0)) for each in placed
    )
    rings = cells(sites)
    ground = [_polygon(areas, site, ring, squeeze) for site, ring in zip(sites, rings, strict=True)]
    lines = [
        _lines("subdistrict", _borders(sites, rings, outside=False), squeeze),
        _lines("district", _borders(sites, rings, outside=True), squeeze),
    ]
    return {"type": "FeatureCollection", "features": ground + lines}


@lru_cache(maxsize=2)
def cells(sites: tuple[Site, ...]) -> tuple[Ring, ...]:
    """Return for each site the ring around the ground nearer to it than to any other."""
    hull: Ring = [(corner, None) for corner in _hull([site.at for site in sites])]
    return tuple(_cell(sites, number, hull) for number in range(len(sites)))


def _cell(sites: Sequence[Site], number: int, hull: Ring) -> Ring:
    here = sites[number].at
    others = sorted((math.dist(here, other.at), index) for index, other in enumerate(sites) if index != number)
    ring = hull
    for distance, index in others:
        if distance > 2 * max(math.dist(here, corner) for corner, _ in ring):
            break  # too far away to touch it, and so are all that follow
        if distance > 0:
            ring = _cut(ring, here, sites[index].at, index)
    return ring


def _cut(ring: Ring, here: Point, there: Point, neighbour: int) -> Ring:
    """Keep what is nearer to `here` than to `there`; the new side remembers its neighbour."""
    kept: Ring = []
    for place, (start, behind) in enumerate(ring):
        end = ring[(place + 1) % len(ring)][0]
        near, near_next = _lead(start, here, there), _lead(end, here, there)
        if near >= 0:
            kept.append((start, behind))
        if (near >= 0) != (near_next >= 0):
            share = near / (near - near_next)
            crossing = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            kept.append((crossing, neighbour if near >= 0 else behind))
    return kept


def _lead(point: Point, here: Point, there: Point) -> float:
    """Positive when the point is nearer to `here`."""
    return math.dist(point, there) ** 2 - math.dist(point, here) ** 2


def _hull(points: Sequence[Point]) -> list[Point]:
    """The rubber band around circles about all points, counter-clockwise (Andrew's monotone chain)."""
    nearest = [min((math.dist(one, other) for other in points if other != one), default=0.0) for one in points]
    reach = 1.2 * sum(nearest) / len(nearest) or LONE_DEGREES
    angles = [2 * math.pi * step / ROUND for step in range(ROUND)]
    every = sorted({(x + reach * math.cos(turn), y + reach * math.sin(turn)) for x, y in points for turn in angles})
    return _chain(every)[:-1] + _chain(every[::-1])[:-1]


def _chain(points: Iterable[Point]) -> list[Point]:
    kept: list[Point] = []
    for point in points:
        while len(kept) > 1 and _turn(kept[-2], kept[-1], point) <= 0:
            kept.pop()
        kept.append(point)
    return kept


def _turn(one: Point, two: Point, three: Point) -> float:
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0])


def _borders(sites: Sequence[Site], rings: Sequence[Ring], *, outside: bool) -> list[tuple[Point, Point]]:
    """The sides at the outside, or those between different sub-districts, each once."""
    found = []
    for number, ring in enumerate(rings):
        for place, (start, behind) in enumerate(ring):
            end = ring[(place + 1) % len(ring)][0]
            between = behind is not None and number < behind and sites[number].group != sites[behind].group
            if (behind is None) if outside else between:
                found.append((start, end))
    return found


def _polygon(areas: Mapping[str, AreaFacts], site: Site, ring: Ring, squeeze: float) -> dict[str, Any]:
    area, group = areas[site.code], areas.get(site.group)
    corners = [_place(corner, squeeze) for corner, _ in ring]
    return {
        "type": "Feature",
        "properties": {
            "code": area.code,
            "name": area.name,
            "name_en": area.name_en or area.name,
            "group": site.group,
            "group_name": group.name if group else "",
            "group_name_en": (group.name_en or group.name) if group else "",
            "at": [area.latitude, area.longitude],
        },
        "geometry": {"type": "Polygon", "coordinates": [[*corners, corners[0]]]},
    }


def _lines(kind: str, sides: Iterable[tuple[Point, Point]], squeeze: float) -> dict[str, Any]:
    drawn = [[_place(start, squeeze), _place(end, squeeze)] for start, end in sides]
    return {
        "type": "Feature",
        "properties": {"line": kind},
        "geometry": {"type": "MultiLineString", "coordinates": drawn},
    }


def _place(point: Point, squeeze: float) -> list[float]:
    """GeoJSON's order: longitude, latitude."""
    return [round(point[0] / squeeze, DECIMALS), round(point[1], DECIMALS)]
