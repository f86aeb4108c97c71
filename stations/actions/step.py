"""What every move of a reception and every change of a station has in common: who may, and what is recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from journal import actions as journal
from journal.models import Visibility
from journal.refusals import Refused
from stations.access import Actor, at_station
from stations.lifecycle import MATTER, MOVES, STAFF, STATION_MATTER
from stations.models import Reception, Station


class CannotMove(Refused):
    """The reception's state does not allow this move."""


class NotYours(Refused):
    """Somebody may read it but not make this move."""

    status = 403


def lock(reception: Reception) -> Reception:
    """Return the reception as it is now, locked until the transaction ends."""
    return Reception.objects.select_for_update(of=("self",)).select_related("station__area", "day").get(pk=reception.pk)


def begin(reception: Reception, move: str, by: User | Actor) -> tuple[Reception, Actor, str]:
    """Lock a reception and check state and capacity; return it with who acts and in which capacity."""
    locked = lock(reception)
    rule = MOVES[move]
    actor, capacity = permit(locked.station, by, rule.who)
    if locked.state not in rule.sources:
        raise CannotMove(
            _("This is not possible any more: the reception is “%(state)s”.") % {"state": locked.get_state_display()}
        )
    return locked, actor, capacity


def permit(station: Station, by: User | Actor, who: frozenset[str] = STAFF) -> tuple[Actor, str]:
    """Return who acts at a station and in which capacity. Raises NotYours."""
    actor = at_station(by, station)
    capacity = actor.capacity(who)
    if capacity is None:
        raise NotYours(_("Only those who look after this station can do this."))
    return actor, capacity


def record(
    reception: Reception,
    action: str,
    *,
    actor: Actor,
    capacity: str,
    now: datetime,
    before: str = "",
    note: str = "",
    data: dict[str, Any] | None = None,
    public: bool = False,
) -> None:
    """Write what happened to a reception; `data` gets its station."""
    journal.write(
        matter_type=MATTER,
        matter_id=reception.pk,
        action=action,
        at=now,
        actor=actor.user,
        actor_kind=capacity,
        note=note,
        from_state=before,
        to_state=reception.state,
        data={"station": reception.station_id, **(data or {})},
        visibility=Visibility.PUBLIC if public else Visibility.STAFF,
    )


def record_station(
    station: Station, action: str, *, actor: Actor, capacity: str, now: datetime, data: dict[str, Any] | None = None
) -> None:
    """Write what was changed about a station."""
    journal.write(
        matter_type=STATION_MATTER,
        matter_id=station.pk,
        action=action,
        at=now,
        actor=actor.user,
        actor_kind=capacity,
        data={"station": station.pk, **(data or {})},
    )
