"""A reception's way: planned, announced at least three days before, open, held; or cancelled."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from deputies.models import Deputy
from directory.calendar import SHANGHAI, local_day
from journal.refusals import Refused
from stations.access import PORTAL, Actor
from stations.actions.step import NotYours, begin, permit, record
from stations.lifecycle import CLOSED, COMING, COMMISSION, NoticeException, ReceptionState
from stations.models import Reception, ReceptionDuty, Station
from stations.queries import rules
from stations.series import Every, starts

LONGEST = timedelta(hours=12)
MOST_DEPUTIES = 30


class CannotPlan(Refused):
    """The session lacks something, or collides with another."""


class CannotPublish(Refused):
    """It cannot be announced as asked."""


class CannotClose(Refused):
    """It cannot be closed, cancelled or noted as asked."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """What is planned: when, for how many, on what."""

    starts_at: datetime
    ends_at: datetime
    capacity: int = 20
    slot_minutes: int = 15
    topic: str = ""
    topic_en: str = ""


@transaction.atomic
def plan(
    *, station: Station, session: Session, deputies: Collection[Deputy], by: User | Actor, now: datetime
) -> Reception:
    """Plan one reception. Raises CannotPlan with the field to change, NotYours."""
    return plan_series(station=station, sessions=[session], deputies=deputies, by=by, now=now)[0]


@transaction.atomic
def plan_series(
    *,
    station: Station,
    sessions: Sequence[Session],
    deputies: Collection[Deputy],
    by: User | Actor,
    now: datetime,
) -> list[Reception]:
    """Plan several sessions at a station, all or none; two or more share a series. Raises CannotPlan, NotYours."""
    actor, capacity = permit(station, by)
    if not station.is_active:
        raise CannotPlan(_("This station does not receive residents."))
    if not sessions or len(sessions) > rules().longest_series:
        raise CannotPlan(_("A series has 1 to %(most)d sessions.") % {"most": rules().longest_series}, field="until")
    for session in sessions:
        _check(session, now)
        _check_free(station, session)
        check_deputies(deputies, session.starts_at, session.ends_at)
    series = uuid.uuid4() if len(sessions) > 1 else None
    try:
        with transaction.atomic():
            return [_store(station, one, series, deputies, actor, capacity, now) for one in sessions]
    except IntegrityError:
        raise CannotPlan(_("The station already has a reception at this time."), field="starts_at") from None


def repeated(session: Session, *, every: Every, until: Any) -> list[Session]:
    """Return the sessions of a series: the first, and its repetitions up to and including the day `until`."""
    length = session.ends_at - session.starts_at
    days = starts(session.starts_at.astimezone(SHANGHAI), every=every, until=until)
    return [replace(session, starts_at=day, ends_at=day + length) for day in days]


def _check(session: Session, now: datetime) -> None:
    if session.starts_at <= now:
        raise CannotPlan(_("A reception is planned for the future."), field="starts_at")
    if not timedelta() < session.ends_at - session.starts_at <= LONGEST:
        raise CannotPlan(_("A reception ends after it starts, within twelve hours."), field="ends_at")
    if not 5 <= session.slot_minutes <= 240:
        raise CannotPlan(_("Give 5 to 240 minutes for each resident."), field="slot_minutes")
    if not 1 <= session.capacity <= 1000:
        raise CannotPlan(_("Give 1 to 1000 residents."), field="capacity")


def _check_free(station: Station, session: Session, *, but: int | None = None) -> None:
    taken = Reception.objects.filter(
        station=station, state__in=COMING, starts_at__lt=session.ends_at, ends_at__gt=session.starts_at
    )
    if but is not None:
        taken = taken.exclude(pk=but)
    if taken.exists():
        raise CannotPlan(_("The station already has a reception at this time."), field="starts_at")


def check_deputies(
    deputies: Collection[Deputy], starts_at: datetime, ends_at: datetime, *, but: int | None = None
) -> None:
    """Raise CannotPlan for a deputy who is not in office, or on duty elsewhere at this time."""
    if len(deputies) > MOST_DEPUTIES:
        raise CannotPlan(_("At most %(most)d deputies at one reception.") % {"most": MOST_DEPUTIES}, field="deputies")
    away = [deputy.label for deputy in deputies if not deputy.is_active]
    if away:
        raise CannotPlan(_("Not in office: %(names)s.") % {"names": ", ".join(away)}, field="deputies")
    busy = ReceptionDuty.objects.filter(
        deputy__in=deputies,
        reception__state__in=COMING,
        reception__starts_at__lt=ends_at,
        reception__ends_at__gt=starts_at,
    )
    if but is not None:
        busy = busy.exclude(reception_id=but)
    taken = set(busy.values_list("deputy_id", flat=True))
    if names := [deputy.label for deputy in deputies if deputy.pk in taken]:
        raise CannotPlan(
            _("On duty elsewhere at this time: %(names)s.") % {"names": ", ".join(names)}, field="deputies"
        )


def _store(
    station: Station,
    session: Session,
    series: uuid.UUID | None,
    deputies: Collection[Deputy],
    actor: Actor,
    capacity: str,
    now: datetime,
) -> Reception:
    reception = Reception.objects.create(
        station=station, series=series, state_since=now, created_by=actor.user, **vars(session)
    )
    ReceptionDuty.objects.bulk_create(ReceptionDuty(reception=reception, deputy=deputy) for deputy in deputies)
    record(
        reception,
        "planned",
        actor=actor,
        capacity=capacity,
        now=now,
        data={"on_duty": [deputy.pk for deputy in deputies], "series": str(series or "")},
    )
    return reception


@transaction.atomic
def change(
    *, reception: Reception, session: Session, deputies: Collection[Deputy], by: User | Actor, now: datetime
) -> Reception:
    """Change time, capacity, topic or duties. An announced time moves only as far as the notice allows."""
    locked, actor, capacity = begin(reception, "change", by)
    moved = (locked.starts_at, locked.ends_at) != (session.starts_at, session.ends_at)
    if moved:
        _check(session, now)
        _check_free(locked.station, session, but=locked.pk)
        if locked.published_at and not in_time(session.starts_at, now):
            raise CannotPlan(_too_late(), field="starts_at")
    check_deputies(deputies, session.starts_at, session.ends_at, but=locked.pk)
    for name, value in vars(session).items():
        setattr(locked, name, value)
    locked.sequence += 1
    try:
        with transaction.atomic():
            locked.save(update_fields=[*vars(session), "sequence"])
    except IntegrityError:
        raise CannotPlan(_("The station already has a reception at this time."), field="starts_at") from None
    _set_duties(locked, deputies)
    data = {"moved": moved, "on_duty": [deputy.pk for deputy in deputies]}
    record(locked, "changed", actor=actor, capacity=capacity, now=now, before=locked.state, data=data)
    return locked


def _set_duties(reception: Reception, deputies: Collection[Deputy]) -> None:
    """Those who are named, and no others; who has been noted as present stays."""
    wanted = {deputy.pk for deputy in deputies}
    held = {duty.deputy_id: duty for duty in reception.duties.all()}
    gone = [duty.pk for pk, duty in held.items() if pk not in wanted and duty.attended is None]
    ReceptionDuty.objects.filter(pk__in=gone).delete()
    ReceptionDuty.objects.bulk_create(
        ReceptionDuty(reception=reception, deputy_id=pk) for pk in sorted(wanted - set(held))
    )


def in_time(starts_at: datetime, now: datetime) -> bool:
    """Whether `now` leaves the full days of notice before the day of the reception (DOMAIN.md: at least three)."""
    return (local_day(starts_at) - local_day(now)).days >= rules().notice_days


def _too_late() -> str:
    days = rules().notice_days
    return ngettext(
        "A reception is announced at least %(days)d day before.",
        "A reception is announced at least %(days)d days before.",
        days,
    ) % {"days": days}


@transaction.atomic
def publish(
    *, reception: Reception, by: User | Actor, now: datetime, exception: str = "", reason: str = ""
) -> Reception:
    """Announce a reception, at least three days before (`ReceptionRule.notice_days`).

    Later only as an exception that the commission grants on one of the grounds of `NoticeException` with a reason;
    both are recorded and shown to everybody. Raises CannotPublish, CannotMove, NotYours.
    """
    locked, actor, capacity = begin(reception, "publish", by)
    if locked.starts_at <= now:
        raise CannotPublish(_("Its time has come already: plan another one."))
    if not locked.duties.exists():
        raise CannotPublish(_("Name at least one deputy on duty before it is announced."), field="deputies")
    late = not in_time(locked.starts_at, now)
    if late:
        reason = _granted(exception, reason, actor)
        locked.notice_exception, locked.notice_reason = exception, reason
    before, locked.state = locked.state, ReceptionState.PUBLISHED
    locked.state_since = locked.published_at = now
    locked.save(update_fields=["state", "state_since", "published_at", "notice_exception", "notice_reason"])
    data = {"exception": exception} if late else {}
    record(
        locked,
        "published",
        actor=actor,
        capacity=capacity,
        now=now,
        before=before,
        note=reason if late else "",
        data=data,
        public=True,
    )
    return locked


def _granted(exception: str, reason: str, actor: Actor) -> str:
    """Return the reason of an exception to the notice. Raises CannotPublish where there is none."""
    reason = reason.strip()
    if not exception:
        raise CannotPublish(
            _too_late() + " " + _("The commission can grant an exception with its ground and a reason."),
            field="exception",
        )
    if actor.capacity(COMMISSION) is None:
        raise NotYours(_("Only the commission grants an exception to the notice."))
    if exception not in NoticeException.values:
        raise CannotPublish(_("Choose a ground for the exception."), field="exception")
    if len(reason) < 5:
        raise CannotPublish(_("Say why it is announced so late; everybody will read it."), field="reason")
    return reason[:300]


@transaction.atomic
def publish_series(*, reception: Reception, by: User | Actor, now: datetime) -> int:
    """Announce every planned session of the series that is still in time; return how many."""
    rows = Reception.objects.filter(series=reception.series, state=ReceptionState.PLANNED, starts_at__gt=now)
    found = [one for one in rows.order_by("starts_at") if in_time(one.starts_at, now)] if reception.series else []
    for one in found:
        publish(reception=one, by=by, now=now)
    return len(found)


@transaction.atomic
def open_(*, reception: Reception, by: User | Actor, now: datetime) -> Reception:
    """The station receives now: on the day itself, until its end."""
    locked, actor, capacity = begin(reception, "open", by)
    if local_day(locked.starts_at) != local_day(now) or now >= locked.ends_at:
        raise CannotClose(_("A reception is opened on its day, before its end."))
    before, locked.state = locked.state, ReceptionState.OPEN
    locked.state_since = locked.opened_at = now
    locked.save(update_fields=["state", "state_since", "opened_at"])
    record(locked, "opened", actor=actor, capacity=capacity, now=now, before=before, public=True)
    return locked


@transaction.atomic
def attend(
    *,
    reception: Reception,
    deputy: Deputy,
    attended: bool,
    by: User | Actor,
    now: datetime,
    reason: str = "",
) -> ReceptionDuty:
    """Note that a deputy came or did not. After the end, what was noted stays: only what is unknown is added."""
    locked, actor, capacity = begin(reception, "attend", by)
    duty = locked.duties.select_for_update().filter(deputy=deputy).first()
    if duty is None:
        raise CannotClose(_("This deputy is not on duty at this reception."), field="deputy")
    if now < locked.starts_at - timedelta(hours=2):
        raise CannotClose(_("Attendance is noted from two hours before the beginning on."), field="attended")
    if locked.state == CLOSED and duty.attended is not None:
        raise CannotClose(_("The reception is closed: its attendance list no longer changes."), field="attended")
    duty.attended, duty.noted_by = attended, actor.user
    duty.attended_at = now if attended else None
    duty.absence_reason = "" if attended else reason.strip()[:200]
    duty.save(update_fields=["attended", "attended_at", "absence_reason", "noted_by"])
    if locked.state == CLOSED and attended:
        _held(locked, [deputy.pk], actor, capacity, now)
    return duty


@transaction.atomic
def close(*, reception: Reception, by: User | Actor, now: datetime) -> Reception:
    """The reception is over. Who was noted as present has held it: a fact of duty for the file."""
    return _close(*begin(reception, "close", by), now)


@transaction.atomic
def settle(*, now: datetime, limit: int = 100) -> int:
    """Close what nobody closed by the end of its day, each once; return how many. Safe to run twice at once.

    That is what was opened, and what was never opened although somebody was noted as present. What was announced,
    and nobody says that anybody came, stays as it is and is shown as not opened.
    """
    midnight = timezone.localtime(now, SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    came = ReceptionDuty.objects.filter(reception=OuterRef("pk"), attended=True)
    left = Q(state=ReceptionState.OPEN) | Q(Exists(came), state=ReceptionState.PUBLISHED)
    # The state once more, plainly: it is the condition of the index `reception_under_way`.
    running = Reception.objects.filter(state__in=[ReceptionState.PUBLISHED, ReceptionState.OPEN])
    rows = running.filter(left, ends_at__lt=midnight)
    found = list(rows.order_by("ends_at").select_for_update(of=("self",), skip_locked=True)[:limit])
    for each in found:
        _close(*begin(each, "settle", PORTAL), now)
    return len(found)


def _close(locked: Reception, actor: Actor, capacity: str, now: datetime) -> Reception:
    before, locked.state = locked.state, ReceptionState.CLOSED
    locked.state_since = locked.closed_at = now
    locked.save(update_fields=["state", "state_since", "closed_at"])
    present = list(locked.duties.filter(attended=True).order_by("pk").values_list("deputy_id", flat=True))
    _held(locked, present, actor, capacity, now, before=before)
    return locked


def _held(
    reception: Reception,
    deputies: list[int],
    actor: Actor,
    capacity: str,
    now: datetime,
    *,
    before: str = ReceptionState.OPEN,
) -> None:
    """Duty belongs to the day of the reception, also when it is noted or closed after it."""
    record(
        reception,
        "held",
        actor=actor,
        capacity=capacity,
        now=min(now, reception.ends_at),
        before=before,
        data={"deputies": deputies},
        public=True,
    )


@transaction.atomic
def cancel(*, reception: Reception, reason: str, by: User | Actor, now: datetime) -> Reception:
    """Call a reception off, with a reason that everybody reads when it had been announced."""
    locked, actor, capacity = begin(reception, "cancel", by)
    reason = reason.strip()
    if not reason:
        raise CannotClose(_("Say why it is cancelled; everybody will read it."), field="reason")
    before, locked.state = locked.state, ReceptionState.CANCELLED
    locked.state_since, locked.cancel_reason, locked.sequence = now, reason[:300], locked.sequence + 1
    locked.save(update_fields=["state", "state_since", "cancel_reason", "sequence"])
    record(
        locked,
        "cancelled",
        actor=actor,
        capacity=capacity,
        now=now,
        before=before,
        note=locked.cancel_reason,
        public=locked.published_at is not None,
    )
    return locked
