"""Stations as this process keeps them, like the directory's master data: for at most a minute."""

from __future__ import annotations

from directory import queries
from stations.models import ReceptionRule, Station


def station_by_id(number: int) -> Station | None:
    """Return the station with this primary key, or None."""
    return queries.keep("stations_by_id", lambda: {each.pk: each for each in Station.objects.all()}).get(number)


def station_by_code(code: str) -> Station | None:
    """Return the station with this code, or None."""
    return next((station for station in every_station() if station.code == code), None)


def every_station() -> list[Station]:
    """Return all stations, by code."""
    kept = queries.keep("stations_by_id", lambda: {each.pk: each for each in Station.objects.all()})
    return sorted(kept.values(), key=lambda station: station.code)


def station_of(area: int) -> Station | None:
    """Return the first open station of the area with this primary key, or None."""
    return queries.keep("stations_by_area", _by_area).get(area)


def _by_area() -> dict[int, Station]:
    found: dict[int, Station] = {}
    for station in Station.objects.open().order_by("code"):
        found.setdefault(station.area_id, station)
    return found


def rules() -> ReceptionRule:
    """Return the rules of receptions; the defaults where nothing was set."""
    return queries.keep("reception_rules", lambda: ReceptionRule.objects.first() or ReceptionRule())
