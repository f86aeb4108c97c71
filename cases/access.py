"""Who takes part in which selection: the commission of its area runs it, stations and deputies below it nominate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from deputies.access import COMMISSION, DEPUTY, OFFICER, STATION_HEAD, scope_of
from directory.models import Area

if TYPE_CHECKING:
    from cases.models import Round


def _paths(user: Any) -> list[tuple[str, str]]:
    """(capacity, area path) of everything a user is; one SELECT more where there are stations or a deputy."""
    scope = scope_of(user)
    found = [(role, path) for path, role in scope.offices]
    wanted = ((OFFICER, scope.officer_of, "stations"), (STATION_HEAD, scope.head_of, "stations"))
    for capacity, numbers, relation in (*wanted, (DEPUTY, [scope.deputy] if scope.deputy else [], "deputies")):
        if numbers:
            areas = Area.objects.filter(**{f"{relation}__in": list(numbers)})
            found += [(capacity, path) for path in areas.values_list("path", flat=True).distinct()]
    return found


def taking_part(user: Any) -> Q:
    """Return the condition on rounds in which a user has a part: of areas above one's own, or under one's office."""
    mine = Q(pk__in=[])
    for capacity, path in _paths(user):
        mine |= Q(area__path__in=_above(path))
        if capacity in COMMISSION:
            mine |= Q(area__path__startswith=path)
    return mine


def _above(path: str) -> list[str]:
    """ "44.RS.EB." → "44.", "44.RS.", "44.RS.EB."."""
    parts = path.rstrip(".").split(".")
    return [".".join(parts[:number]) + "." for number in range(1, len(parts) + 1)]


def capacities(user: Any, round_: Round) -> frozenset[str]:
    """Return in which capacities a user acts on a round.

    The commission's only where its area holds the round's; below it, an office nominates as the stations do.
    """
    held = set()
    for capacity, path in _paths(user):
        if capacity in COMMISSION:
            held |= {capacity} if round_.area.path.startswith(path) else set()
            held |= {OFFICER} if path.startswith(round_.area.path) else set()
        elif path.startswith(round_.area.path):
            held.add(capacity)
    return frozenset(held)
