"""What every move of a duty report has in common: lock and check first; save, record and tell last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from appraisals.audience import messages_for
from appraisals.lifecycle import MATTER, MOVES
from appraisals.models import DutyReport
from deputies.access import capacities
from journal import actions as journal
from journal.models import Visibility
from journal.refusals import Refused
from notifications.actions import enqueue


class CannotMove(Refused):
    """The report's state does not allow this move."""


class NotYours(CannotMove):
    """The report may be read, but this move is somebody else's."""

    status = 403


@dataclass
class Step:
    """One move under way: the locked report, who makes it and in which capacity."""

    report: DutyReport
    by: User
    capacity: str
    now: datetime
    from_state: str
    fields: set[str] = field(default_factory=set)

    def change(self, **values: Any) -> None:
        """Set fields of the report, to be saved by `finish`."""
        for name, value in values.items():
            setattr(self.report, name, value)
        self.fields.update(values)

    def go(self, state: str) -> None:
        """Enter a state."""
        self.change(state=state, state_since=self.now)

    def finish(
        self, action: str, *, note: str = "", data: Mapping[str, Any] | None = None, visibility: str = Visibility.STAFF
    ) -> DutyReport:
        """Save, write the journal and tell the people concerned; return the report."""
        self.report.save(update_fields=sorted(self.fields))
        record(self, action, note=note, data=data, visibility=visibility)
        return self.report


def record(step: Step, action: str, *, note: str, data: Mapping[str, Any] | None, visibility: str) -> None:
    """Write the journal; what follows from the row is worked out at once, in the same transaction."""
    entry = journal.write(
        matter_type=MATTER,
        matter_id=step.report.pk,
        action=action,
        at=step.now,
        actor=step.by,
        actor_kind=step.capacity,
        note=note,
        from_state=step.from_state,
        to_state=step.report.state,
        data=data,
        visibility=visibility,
        silent=True,
    )
    enqueue(messages=list(messages_for(entry, step.report)), now=step.now)


def begin(report: DutyReport, move: str, *, by: User, now: datetime) -> Step:
    """Lock the report and begin the move; must run inside a transaction.

    Raises CannotMove (NotYours where the capacity is missing) with a sentence that says why.
    """
    locked = (
        DutyReport.objects.select_for_update(of=("self",))
        .select_related("deputy__area", "deputy__user", "poll", "station")
        .get(pk=report.pk)
    )
    rule = MOVES[move]
    capacity = min(capacities(by, locked.deputy) & rule.who, default=None)
    if capacity is None:
        raise NotYours(_("“%(move)s” is not yours to do on this report.") % {"move": rule.label})
    if locked.state not in rule.sources:
        raise CannotMove(
            _("“%(move)s” is not possible now: the report is “%(state)s”.")
            % {"move": rule.label, "state": locked.get_state_display()}
        )
    step = Step(locked, by, capacity, now, from_state=locked.state)
    if rule.target and rule.target != locked.state:
        step.go(rule.target)
    return step
