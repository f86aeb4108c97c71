"""How far apart places are, and which come first. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt
from typing import TypeVar

EARTH_KM = 6371.0
Point = tuple[float, float]
Placed = TypeVar("Placed")


def kilometres(one: Point, other: Point) -> float:
    """Return the distance between two positions (latitude, longitude) on the ground."""
    (lat1, lon1), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))


def point_of(place: object) -> Point | None:
    """Return the position of a station or an area, or None where it has none."""
    latitude, longitude = getattr(place, "latitude", None), getattr(place, "longitude", None)
    return None if latitude is None or longitude is None else (float(latitude), float(longitude))


def nearest(places: Iterable[Placed], here: Point) -> list[tuple[float | None, Placed]]:
    """Return the places with their distance in kilometres, the nearest first; those without a position last."""
    found = [(kilometres(point, here) if (point := point_of(place)) else None, place) for place in places]
    return sorted(found, key=lambda each: (each[0] is None, each[0] or 0.0))
