"""When a petition's present state is due and when its clock must speak. Pure, like dispatch.clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from directory.calendar import WorkingCalendar
from directory.models import ServiceLevel
from dispatch.clock import Alert, escalating
from petitions.lifecycle import State
from petitions.models import Petition


def state_due(petition: Petition, *, level: ServiceLevel, calendar: WorkingCalendar, now: datetime) -> datetime | None:
    """Return by when (exclusive) the state entered at `now` should end; None where nobody is awaited.

    While a unit has the matter its order's date counts, and the caller sets it. Limits: DOMAIN.md "Petition".
    """
    days = {
        State.SUBMITTED: level.register_wd,
        State.REGISTERED: level.triage_wd,
        State.REPLIED: level.check_wd,
        State.AWAITING_EVALUATION: level.evaluate_wd,
    }.get(State(petition.state))
    return None if days is None else calendar.add_working_days(now, days)


def petition_alerts(petition: Petition, *, level: ServiceLevel, calendar: WorkingCalendar) -> list[Alert]:
    """Return every alert of the present state, the earliest first. `lapse` and `archive` are moves, not words."""
    due = petition.due_at
    if petition.state == State.CONCLUDED:
        return [Alert(calendar.add_working_days(petition.state_since, level.archive_wd), "archive")]
    if due is None:
        return []
    if petition.state == State.AWAITING_EVALUATION:
        return [
            Alert(due - timedelta(hours=level.reminder_hours), "evaluation_reminder"),
            Alert(due, "lapse"),
        ]
    code = {
        State.SUBMITTED: "register_overdue",
        State.REGISTERED: "triage_overdue",
        State.REPLIED: "check_overdue",
    }.get(State(petition.state))
    if code is None:
        return []
    alerts = escalating(code, due, level, calendar)
    if petition.state != State.REPLIED:
        limit = petition.submitted_at + timedelta(days=level.statutory_register_days)
        alerts.append(Alert(limit, "statutory_register_overdue", 3))
    return sorted(alerts)
