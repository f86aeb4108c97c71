"""Whose duty file is whose: the deputy's own, those of a station's deputies for its officer and head, those of an
area's deputies for the commission. A station knows its deputies; from here it is asked by the relation's name alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.models import User
from deputies.models import Deputy
from journal.models import ActorKind

DEPUTY, OFFICER, STATION_HEAD = ActorKind.DEPUTY.value, ActorKind.OFFICER.value, ActorKind.STATION_HEAD.value
DISPATCHER, SUPERVISOR = ActorKind.DISPATCHER.value, ActorKind.SUPERVISOR.value
STATION = frozenset({OFFICER, STATION_HEAD})
COMMISSION = frozenset({DISPATCHER, SUPERVISOR})
VERIFIERS = STATION | COMMISSION


@dataclass(frozen=True)
class DutyScope:
    """Everything from which a user's capacities follow. Loaded once a request."""

    deputy: int | None = None
    officer_of: frozenset[int] = frozenset()
    head_of: frozenset[int] = frozenset()
    offices: tuple[tuple[str, str], ...] = ()  # (area path, role)

    @property
    def verifies(self) -> bool:
        """Whether there are files of others that this person may read."""
        return bool(self.officer_of or self.head_of or self.offices)

    @property
    def rules(self) -> bool:
        """Whether this person holds an office of the commission."""
        return bool(self.offices)


SCOPE_SQL = """
SELECT 'deputy', id, '' FROM deputies_deputy WHERE user_id = %(user)s AND is_active
UNION ALL SELECT 'officer', id, '' FROM stations_station WHERE officer_id = %(user)s
UNION ALL SELECT 'head', id, '' FROM stations_station WHERE head_id = %(user)s
UNION ALL SELECT role, 0, path FROM directory_office o JOIN directory_area a ON a.id = o.area_id
    WHERE user_id = %(user)s
"""


def scope_of(user: Any) -> DutyScope:
    """Return the user's scope: one SELECT, kept on the user object for the request; strangers have none."""
    if not isinstance(user, User):
        return DutyScope()
    cached: DutyScope | None = getattr(user, "_duty_scope", None)
    if cached is None:
        with connection.cursor() as cursor:
            cursor.execute(SCOPE_SQL, {"user": user.pk})
            rows = cursor.fetchall()
        cached = user._duty_scope = DutyScope(  # type: ignore[attr-defined]
            deputy=next((number for kind, number, _path in rows if kind == "deputy"), None),
            officer_of=frozenset(number for kind, number, _path in rows if kind == "officer"),
            head_of=frozenset(number for kind, number, _path in rows if kind == "head"),
            offices=tuple((path, kind) for kind, _number, path in rows if path),
        )
    return cached


def looked_after(user: Any, prefix: str = "") -> Q:
    """Return the condition on deputies (or, with a prefix such as `deputy__`, on what is theirs) whose file somebody
    verifies: of the own station, of the own area. Matches nothing for others.
    """
    scope, mine = scope_of(user), Q(pk__in=[])
    if stations := scope.officer_of | scope.head_of:
        mine |= Q(**{f"{prefix}pk__in": Deputy.objects.filter(stations__in=stations).values("pk")})
    for path, _role in scope.offices:
        mine |= Q(**{f"{prefix}area__path__startswith": path})
    return mine


def visible_filter(user: Any, prefix: str = "") -> Q:
    """Return the condition on deputies whose duty file this user may read: the own one, and those looked after."""
    scope, seen = scope_of(user), looked_after(user, prefix)
    return seen | Q(**{f"{prefix}pk": scope.deputy}) if scope.deputy else seen


def capacities(user: Any, deputy: Deputy) -> frozenset[str]:
    """Return in which capacities a user acts on a deputy's file. Nobody verifies or rules on the own one."""
    scope = scope_of(user)
    if scope.deputy == deputy.pk:
        return frozenset({DEPUTY})
    held = {role for path, role in scope.offices if deputy.area.path.startswith(path)}
    if scope.officer_of or scope.head_of:
        at = set(deputy.stations.values_list("pk", flat=True))
        held |= {kind for kind, ids in ((OFFICER, scope.officer_of), (STATION_HEAD, scope.head_of)) if ids & at}
    return frozenset(held)
