"""Who looks after which station and reception: from officers, heads, offices over an area, and deputies on duty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q

from accounts.models import User
from directory import queries
from dispatch.access import PORTAL, Actor, UnitScope, unit_scope
from dispatch.lifecycle import DEPUTY, OFFICER
from stations.lifecycle import COMMISSION, STAFF, STATION, STATION_HEAD

if TYPE_CHECKING:
    from stations.models import Reception, Station


@dataclass(frozen=True)
class StationScope:
    """Everything from which a user's capacities at stations follow. Loaded once a request."""

    unit: UnitScope
    officer_of: frozenset[int] = frozenset()
    head_of: frozenset[int] = frozenset()
    deputy: int | None = None

    @property
    def stations(self) -> frozenset[int]:
        """The stations this person runs."""
        return self.officer_of | self.head_of

    @property
    def manages(self) -> bool:
        """Whether there is a station at all that this person may look after."""
        return bool(self.stations or self.unit.offices)

    def office_areas(self) -> list[int]:
        """The areas under this person's offices, from what the process keeps."""
        return [number for path, _role in self.unit.offices for number in queries.areas_under(path)]


NOBODY = StationScope(UnitScope({}, ()))
SCOPE_SQL = """
SELECT 'officer', id FROM stations_station WHERE officer_id = %(user)s
UNION ALL SELECT 'head', id FROM stations_station WHERE head_id = %(user)s
UNION ALL SELECT 'deputy', id FROM deputies_deputy WHERE user_id = %(user)s AND is_active
"""


def station_scope(user: Any) -> StationScope:
    """Return the scope of a user, kept on the user object for the request; strangers have none."""
    if not isinstance(user, User):
        return NOBODY
    cached: StationScope | None = getattr(user, "_station_scope", None)
    if cached is None:
        with connection.cursor() as cursor:
            cursor.execute(SCOPE_SQL, {"user": user.pk})
            rows = cursor.fetchall()
        cached = user._station_scope = StationScope(  # type: ignore[attr-defined]
            unit=unit_scope(user),
            officer_of=frozenset(number for kind, number in rows if kind == "officer"),
            head_of=frozenset(number for kind, number in rows if kind == "head"),
            deputy=min((number for kind, number in rows if kind == "deputy"), default=None),
        )
    return cached


def managed_filter(user: Any, prefix: str = "") -> Q:
    """Return the condition on stations (or, with a prefix such as `station__`, on what belongs to them)."""
    scope = station_scope(user)
    mine = Q(pk__in=[])
    if scope.stations:
        mine |= Q(**{f"{prefix}pk__in": scope.stations})
    if scope.unit.offices:
        mine |= Q(**{f"{prefix}area_id__in": scope.office_areas()})
    return mine


def at_station(by: User | Actor, station: Station) -> Actor:
    """Return who acts at this station, in every capacity that is theirs there."""
    if isinstance(by, Actor):
        return by
    scope = station_scope(by)
    held = set(scope.unit.office_capacities(station.area.path))
    if station.pk in scope.officer_of:
        held.add(OFFICER)
    if station.pk in scope.head_of:
        held.add(STATION_HEAD)
    return Actor(by, frozenset(held))


def at_reception(by: User | Actor, reception: Reception) -> Actor:
    """Return who acts at this reception: as at its station, and as a deputy on duty there."""
    held = at_station(by, reception.station)
    if held.user is None:
        return held
    deputy = station_scope(held.user).deputy
    if deputy and reception.duties.filter(deputy_id=deputy).exists():
        return Actor(held.user, held.capacities | {DEPUTY})
    return held


__all__ = [
    "COMMISSION",
    "PORTAL",
    "STAFF",
    "STATION",
    "Actor",
    "StationScope",
    "at_reception",
    "at_station",
    "managed_filter",
    "station_scope",
]
