"""Departments are invited to an appointment, and say yes or no."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.nudge import nudge
from directory.models import Department
from dispatch.access import unit_scope
from dispatch.lifecycle import DEPUTY
from journal import actions as journal
from journal.refusals import Refused
from stations.access import STAFF, at_station, station_scope
from stations.actions.appointments import MATTER
from stations.models.appointments import Appointment, Invitation, InvitationState


class CannotInvite(Refused):
    """The department cannot be invited to this appointment."""


class CannotAnswer(Refused):
    """The invitation cannot be answered like this."""


@transaction.atomic
def invite(*, appointment: Appointment, department: Department, by: User, now: datetime) -> Invitation:
    """Invite a department; invited twice it is one invitation. Raises CannotInvite."""
    locked = Appointment.objects.select_for_update(of=("self",)).select_related("station__area").get(pk=appointment.pk)
    capacity = at_station(by, locked.station).capacity(STAFF)
    if capacity is None and locked.deputy_id and station_scope(by).deputy == locked.deputy_id:
        capacity = DEPUTY
    if capacity is None:
        raise CannotInvite(_("Departments are invited by the station or by the deputy."))
    if not locked.is_standing:
        raise CannotInvite(_("This appointment is over."))
    invitation, new = Invitation.objects.get_or_create(
        appointment=locked, department=department, defaults={"asked_at": now, "asked_by": by}
    )
    if new:
        _write(locked, "invited", now, by, capacity, {"department": department.pk})
    return invitation


@transaction.atomic
def answer(*, invitation: Invitation, comes: bool, note: str, by: User, now: datetime) -> Invitation:
    """Say yes or no for the department; it may change its mind until the appointment is over. Raises CannotAnswer."""
    locked = (
        Invitation.objects.select_for_update(of=("self",)).select_related("appointment__station").get(pk=invitation.pk)
    )
    role = unit_scope(by).units.get(locked.department_id)
    if role is None:
        raise CannotAnswer(_("Only the invited department answers."))
    if not locked.appointment.is_standing:
        raise CannotAnswer(_("This appointment is over."))
    if not comes and not note.strip():
        raise CannotAnswer(_("Please say why the department cannot come."), field="note")
    locked.state = InvitationState.YES if comes else InvitationState.NO
    locked.note, locked.answered_at, locked.answered_by = note.strip(), now, by
    locked.save(update_fields=["state", "note", "answered_at", "answered_by"])
    data: dict[str, int | str | None] = {"department": locked.department_id, "answer": locked.state}
    _write(locked.appointment, "invitation_answered", now, by, role, data)
    return locked


def _write(
    row: Appointment, action: str, now: datetime, by: User, capacity: str, data: dict[str, int | str | None]
) -> None:
    starts_at = row.starts_at.isoformat() if row.starts_at else None
    journal.write(
        matter_type=MATTER,
        matter_id=row.pk,
        action=action,
        at=now,
        actor=by,
        actor_kind=capacity,
        from_state=row.state,
        to_state=row.state,
        data={"station": row.station_id, "starts_at": starts_at, **data},
    )
    nudge("stations.tasks.tell")
