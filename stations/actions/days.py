"""A unified reception day (统一接待日): planned at all chosen stations at once, announced, closed with a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import User
from deputies.models import Deputy
from directory import queries
from directory.calendar import SHANGHAI, local_day
from directory.distances import nearest, point_of
from directory.models import Area
from journal import actions as journal
from journal.models import Entry, Visibility
from journal.refusals import Refused
from stations.access import station_scope
from stations.actions.receptions import LONGEST, in_time
from stations.actions.step import CannotMove, NotYours
from stations.assignment import assign
from stations.lifecycle import (
    COMING,
    COMMISSION,
    DAY_MATTER,
    DAY_MOVES,
    MATTER,
    DayState,
    NoticeException,
    ReceptionState,
)
from stations.models import Reception, ReceptionDuty, Station, UnifiedDay

LATELY = timedelta(days=365)
BATCH = 2000


class CannotPlanDay(Refused):
    """The day cannot be planned as asked."""


class CannotCloseDay(Refused):
    """The day cannot be closed or called off as asked."""


@dataclass(frozen=True, kw_only=True)
class DayPlan:
    """What is asked: which day, from when to when, at which stations, on what."""

    area: Area
    date: date
    starts: time
    ends: time
    topic: str
    topic_en: str = ""
    capacity: int = 20
    slot_minutes: int = 15


@dataclass(frozen=True)
class PlannedDay:
    """What came of it: how many sessions and duties, and which stations were left out or have no deputy."""

    day: UnifiedDay
    receptions: int
    duties: int
    skipped: list[Station] = field(default_factory=list)
    without_deputy: list[Station] = field(default_factory=list)


@transaction.atomic
def plan_day(*, plan: DayPlan, stations: Sequence[Station], by: User, now: datetime) -> PlannedDay:
    """Plan one session at each of these stations and share the deputies out, by station and load.

    A station that has a session at this time already is left out and named. The number of statements does not
    depend on the number of stations. Raises CannotPlanDay with the field to change, NotYours.
    """
    capacity = _office(by, plan.area)
    starts_at, ends_at = _span(plan, now)
    day = _new_day(plan, by, now)
    taken = _taken(starts_at, ends_at)
    free = [station for station in stations if station.pk not in taken.stations]
    if not free:
        raise CannotPlanDay(_("Choose at least one station that has no reception at this time."), field="stations")
    receptions = Reception.objects.bulk_create(
        [
            Reception(
                station=station, day=day, starts_at=starts_at, ends_at=ends_at, state_since=now, created_by=by,
                topic=plan.topic, topic_en=plan.topic_en, capacity=plan.capacity, slot_minutes=plan.slot_minutes,
            )
            for station in free
        ],
        batch_size=BATCH,
    )  # fmt: skip
    chosen = assign([station.pk for station in free], _choices(plan.area, free, taken.deputies), _load(now))
    duties = ReceptionDuty.objects.bulk_create(
        [
            ReceptionDuty(reception=reception, deputy_id=deputy)
            for reception in receptions
            for deputy in chosen[reception.station_id]
        ],
        batch_size=BATCH,
    )
    _record_all(
        receptions, "planned", by, capacity, now, {r.station_id: {"on_duty": chosen[r.station_id]} for r in receptions}
    )
    _record_day(day, "planned", by, capacity, now, {"receptions": len(receptions), "duties": len(duties)})
    return PlannedDay(
        day=day,
        receptions=len(receptions),
        duties=len(duties),
        skipped=[station for station in stations if station.pk in taken.stations],
        without_deputy=[station for station in free if not chosen[station.pk]],
    )


def chosen(area: Area, parts: Collection[Area], kinds: Collection[str]) -> list[Station]:
    """Return the open stations of the chosen parts and kinds; without a choice all of the area. One SELECT."""
    found = Station.objects.open().filter(area_id__in=queries.areas_under(area.path)).select_related("area")
    if kinds:
        found = found.filter(kind__in=kinds)
    paths = tuple(part.path for part in parts) or (area.path,)
    return [one for one in found.order_by("pk") if one.area.path.startswith(paths)]


def _office(by: User, area: Area) -> str:
    held = station_scope(by).unit.office_capacities(area.path) & COMMISSION
    if not held:
        raise NotYours(_("Only the commission of the area plans a unified reception day."))
    return min(held)


def _span(plan: DayPlan, now: datetime) -> tuple[datetime, datetime]:
    starts_at = datetime.combine(plan.date, plan.starts, tzinfo=SHANGHAI)
    ends_at = datetime.combine(plan.date, plan.ends, tzinfo=SHANGHAI)
    if plan.date <= local_day(now):
        raise CannotPlanDay(_("Choose a day in the future."), field="date")
    if not timedelta() < ends_at - starts_at <= LONGEST:
        raise CannotPlanDay(_("A reception ends after it starts, within twelve hours."), field="ends")
    if not plan.topic.strip():
        raise CannotPlanDay(_("Give the day a topic."), field="topic")
    if not (5 <= plan.slot_minutes <= 240 and 1 <= plan.capacity <= 1000):
        raise CannotPlanDay(_("Give 1 to 1000 residents and 5 to 240 minutes for each."), field="capacity")
    return starts_at, ends_at


def _new_day(plan: DayPlan, by: User, now: datetime) -> UnifiedDay:
    try:
        with transaction.atomic():
            return UnifiedDay.objects.create(
                area=plan.area, date=plan.date, topic=plan.topic.strip(), topic_en=plan.topic_en.strip(),
                created_by=by, created_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise CannotPlanDay(_("There is a unified reception day of this area on that day."), field="date") from None


@dataclass(frozen=True)
class _Taken:
    stations: frozenset[int]
    deputies: frozenset[int]


def _taken(starts_at: datetime, ends_at: datetime) -> _Taken:
    """Stations and deputies that have something else at this time: two SELECTs."""
    during = {"state__in": COMING, "starts_at__lt": ends_at, "ends_at__gt": starts_at}
    busy = ReceptionDuty.objects.filter(**{f"reception__{name}": value for name, value in during.items()})
    return _Taken(
        frozenset(Reception.objects.filter(**during).values_list("station_id", flat=True)),
        frozenset(busy.values_list("deputy_id", flat=True)),
    )


def _choices(area: Area, stations: Sequence[Station], busy: Collection[int]) -> dict[int, list[int]]:
    """For each free deputy the stations in question: those attached to, nearest first, else those of the own area."""
    by_pk = {station.pk: station for station in stations}
    inside = queries.areas_under(area.path)
    links = Station.deputies.through.objects.filter(station__area_id__in=inside, deputy__is_active=True)
    attached: dict[int, list[int]] = defaultdict(list)
    homes: dict[int, int] = {}
    for station, deputy, home in links.order_by("station_id").values_list("station_id", "deputy_id", "deputy__area_id"):
        homes[deputy] = home
        if station in by_pk:
            attached[deputy].append(station)
    homes.update(Deputy.objects.active().filter(area_id__in=inside).values_list("pk", "area_id"))
    local: dict[int, list[int]] = defaultdict(list)
    for one in stations:
        local[one.area_id].append(one.pk)
    found = {
        deputy: _nearest_first([by_pk[pk] for pk in attached[deputy]], home) if deputy in attached else local[home]
        for deputy, home in homes.items()
        if deputy not in busy
    }
    return {deputy: places for deputy, places in found.items() if places}


def _nearest_first(stations: Sequence[Station], home: int) -> list[int]:
    here = point_of(queries.area_by_id(home))
    if len(stations) < 2 or here is None:
        return [station.pk for station in stations]
    return [station.pk for _km, station in nearest(stations, here)]


def _load(now: datetime) -> dict[int, int]:
    """How many duties each deputy had in the past year, or has still to come."""
    lately = ReceptionDuty.objects.filter(reception__starts_at__gt=now - LATELY)
    return dict(lately.values_list("deputy_id").annotate(number=Count("pk")).values_list("deputy_id", "number"))


@transaction.atomic
def publish_day(*, day: UnifiedDay, by: User, now: datetime, exception: str = "", reason: str = "") -> UnifiedDay:
    """Announce the day and every planned session of it that has a deputy; the notice is that of receptions."""
    locked, capacity = _begin(day, "publish", by)
    starts_at = datetime.combine(locked.date, time(), tzinfo=SHANGHAI)
    late = not in_time(starts_at, now)
    if late and exception not in NoticeException.values:
        raise CannotPlanDay(
            _("It is announced too late: choose a ground for the exception and say why."), field="exception"
        )
    if late and len(reason.strip()) < 5:
        raise CannotPlanDay(_("Say why it is announced so late; everybody will read it."), field="reason")
    sessions = Reception.objects.filter(day=locked, state=ReceptionState.PLANNED, starts_at__gt=now)
    ready = list(sessions.filter(pk__in=ReceptionDuty.objects.filter(reception__day=locked).values("reception_id")))
    if not ready:
        raise CannotPlanDay(_("No session of this day has a deputy on duty."))
    said = {"notice_exception": exception if late else "", "notice_reason": reason.strip()[:300] if late else ""}
    Reception.objects.filter(pk__in=[one.pk for one in ready]).update(
        state=ReceptionState.PUBLISHED, state_since=now, published_at=now, **said
    )
    for one in ready:
        one.state = ReceptionState.PUBLISHED
    locked.state, locked.published_at = DayState.PUBLISHED, now
    locked.save(update_fields=["state", "published_at"])
    _record_all(ready, "published", by, capacity, now, {}, before=ReceptionState.PLANNED, public=True)
    _record_day(locked, "published", by, capacity, now, {"exception": said["notice_exception"]}, public=True)
    return locked


@transaction.atomic
def close_day(*, day: UnifiedDay, report: dict[str, Any], conclusion: str, by: User, now: datetime) -> UnifiedDay:
    """Close what is still open, and keep the report's numbers as they are now."""
    locked, capacity = _begin(day, "close", by)
    if local_day(now) < locked.date:
        raise CannotCloseDay(_("The day has not come yet."))
    running = list(Reception.objects.select_for_update().filter(day=locked, state=ReceptionState.OPEN))
    Reception.objects.filter(pk__in=[one.pk for one in running]).update(
        state=ReceptionState.CLOSED, state_since=now, closed_at=now
    )
    present: dict[int, list[int]] = defaultdict(list)
    for station, deputy in ReceptionDuty.objects.filter(reception__in=running, attended=True).values_list(
        "reception__station_id", "deputy_id"
    ):
        present[station].append(deputy)
    for one in running:
        one.state = ReceptionState.CLOSED
    held = {one.station_id: {"deputies": present[one.station_id]} for one in running}
    _record_all(running, "held", by, capacity, now, held, before=ReceptionState.OPEN, public=True)
    locked.state, locked.closed_at = DayState.CLOSED, now
    locked.report, locked.conclusion = report, conclusion.strip()
    locked.save(update_fields=["state", "closed_at", "report", "conclusion"])
    _record_day(locked, "closed", by, capacity, now, {}, public=True)
    return locked


@transaction.atomic
def cancel_day(*, day: UnifiedDay, reason: str, by: User, now: datetime) -> UnifiedDay:
    """Call off the day and all its sessions that have not begun, with a reason."""
    locked, capacity = _begin(day, "cancel", by)
    reason = reason.strip()[:300]
    if not reason:
        raise CannotCloseDay(_("Say why it is cancelled; everybody will read it."), field="reason")
    if Reception.objects.filter(day=locked, state__in=[ReceptionState.OPEN, ReceptionState.CLOSED]).exists():
        raise CannotCloseDay(_("Stations receive already: close the day instead."))
    rows = list(Reception.objects.filter(day=locked, state__in=COMING))
    Reception.objects.filter(pk__in=[one.pk for one in rows]).update(
        state=ReceptionState.CANCELLED, state_since=now, cancel_reason=reason
    )
    was = locked.state
    for one in rows:
        one.state = ReceptionState.CANCELLED
    _record_all(rows, "cancelled", by, capacity, now, {}, before=was, public=was == DayState.PUBLISHED, note=reason)
    locked.state = DayState.CANCELLED
    locked.save(update_fields=["state"])
    _record_day(locked, "cancelled", by, capacity, now, {}, public=was == DayState.PUBLISHED, note=reason)
    return locked


def _begin(day: UnifiedDay, move: str, by: User) -> tuple[UnifiedDay, str]:
    locked = UnifiedDay.objects.select_for_update(of=("self",)).select_related("area").get(pk=day.pk)
    capacity = _office(by, locked.area)
    if locked.state not in DAY_MOVES[move].sources:
        raise CannotMove(
            _("This is not possible any more: the day is “%(state)s”.") % {"state": locked.get_state_display()}
        )
    return locked, capacity


def _record_all(
    receptions: Sequence[Reception],
    action: str,
    by: User,
    capacity: str,
    now: datetime,
    data: dict[int, dict[str, Any]],
    *,
    before: str = "",
    note: str = "",
    public: bool = False,
) -> None:
    """One journal entry a session, in one INSERT; `data` by station. Duty belongs to the day, closed later or not."""
    journal.write_many(
        [
            Entry(
                matter_type=MATTER, matter_id=one.pk, action=action, at=min(now, one.ends_at), actor=by,
                actor_kind=capacity, note=note, from_state=before, to_state=one.state,
                data={"station": one.station_id, **data.get(one.station_id, {})},
                visibility=Visibility.PUBLIC if public else Visibility.STAFF,
            )
            for one in receptions
        ]
    )  # fmt: skip


def _record_day(
    day: UnifiedDay,
    action: str,
    by: User,
    capacity: str,
    now: datetime,
    data: dict[str, Any],
    *,
    note: str = "",
    public: bool = False,
) -> None:
    journal.write(
        matter_type=DAY_MATTER, matter_id=day.pk, action=action, at=now, actor=by, actor_kind=capacity, note=note,
        to_state=day.state, data=data, visibility=Visibility.PUBLIC if public else Visibility.STAFF,
    )  # fmt: skip
