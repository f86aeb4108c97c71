"""What every move of a petition has in common: lock and check first; save, wind and record last."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from common.nudge import nudge
from common.prepared import Prepared, update
from directory import queries
from directory.models import ServiceLevel
from dispatch.access import Actor
from dispatch.clock import next_at
from dispatch.models import WorkOrder
from journal import actions as journal
from journal.models import Visibility
from journal.refusals import Refused
from petitions.access import By, resolve
from petitions.deadlines import petition_alerts, state_due
from petitions.lifecycle import ENDED, MATTER, MOVES, WITH_UNIT, State
from petitions.models import Petition

LOCK = Prepared(
    lambda pk: Petition.objects.select_for_update(of=("self",)).select_related("contact").defer("search").filter(pk=pk),
    int,
)


class CannotMove(Refused):
    """The petition's state, or the actor's capacity, does not allow this move."""


class NotYours(CannotMove):
    """The actor may read the petition but not make this move."""

    status = 403


@dataclass
class Step:
    """One move under way: the locked petition, who makes it and in which capacity."""

    petition: Petition
    move: str
    actor: Actor
    capacity: str
    now: datetime
    from_state: str
    fields: set[str] = field(default_factory=set)

    def change(self, **values: Any) -> None:
        """Set fields of the petition, to be saved by `finish`."""
        for name, value in values.items():
            setattr(self.petition, name, value)
        self.fields.update(values)

    def go(self, state: str, *, due_at: datetime | None = None) -> None:
        """Enter a state and set by when it is due; `due_at` is given where an order's date counts."""
        petition = self.petition
        self.change(state=State(state).value, state_since=self.now)
        if due_at is None:
            due_at = state_due(petition, level=level_of(petition), calendar=queries.calendar(), now=self.now)
        self.change(due_at=due_at)
        if state in ENDED and petition.ended_at is None:
            self.change(ended_at=self.now)
        elif state not in ENDED:
            self.change(ended_at=None)

    @property
    def matter_move(self) -> tuple[str, str]:
        """The states of this move, for the journal entry that an order's action writes."""
        return self.from_state, self.petition.state

    def save(self) -> None:
        """Wind the clock and save what changed, without a journal entry: an order's action writes it."""
        wind(self.petition)
        update(self.petition, sorted({*self.fields, "alert_at"}))
        nudge_tell(self.petition)

    def finish(
        self,
        *,
        note: str = "",
        data: dict[str, Any] | None = None,
        visibility: str = Visibility.PETITIONER,
        action: str = "",
    ) -> Petition:
        """Save, and write the journal; return the petition."""
        self.save()
        journal.write(
            matter_type=MATTER,
            matter_id=self.petition.pk,
            action=action or self.move,
            at=self.now,
            actor=self.actor.user,
            actor_kind=self.capacity,
            note=note,
            from_state=self.from_state,
            to_state=self.petition.state,
            data=data,
            visibility=visibility,
        )
        return self.petition


def lock(petition_id: int) -> Petition:
    """Return the petition, locked until the transaction ends, with what every move looks at."""
    return LOCK.get(petition_id)


def begin(petition: Petition, move: str, *, by: By, now: datetime, order: WorkOrder | None = None) -> Step:
    """Lock the petition and begin the move; must run inside a transaction. Raises as `check`."""
    return check(lock(petition.pk), move, by=by, now=now, order=order)


def check(locked: Petition, move: str, *, by: By, now: datetime, order: WorkOrder | None = None) -> Step:
    """Check that `move` is open to `by` on a petition from `lock`, and make a move to a fixed state.

    Raises CannotMove (NotYours where only the capacity is missing) with a sentence that says why.
    """
    rule = MOVES[move]
    if locked.state not in rule.sources:
        raise CannotMove(
            _("“%(move)s” is not possible now: the petition is “%(state)s”.")
            % {"move": rule.label, "state": locked.get_state_display()}
        )
    actor = resolve(by, locked, order)
    capacity = actor.capacity(rule.who)
    if capacity is None:
        raise NotYours(_("“%(move)s” is not yours to do on this petition.") % {"move": rule.label})
    if locked.restricted and not rule.restricted:
        raise CannotMove(
            _("This petition takes the restricted route: “%(move)s” is not possible.") % {"move": rule.label}
        )
    step = Step(locked, move, actor, capacity, now, from_state=locked.state)
    if rule.target and rule.target not in WITH_UNIT:
        step.go(rule.target)
    return step


def level_of(petition: Petition) -> ServiceLevel:
    """Return the limits that hold for the petition."""
    return queries.service_level(petition.kind, petition.urgency)


def require_reason(text: str, *, field: str = "reason") -> str:
    """Return `text` without surrounding blanks; raise CannotMove when nothing is left."""
    if not text.strip():
        raise CannotMove(_("Please give the reason: it goes on the record."), field=field)
    return text.strip()


def wind(petition: Petition) -> None:
    """Set when the clock must look at the petition next. Does not save."""
    alerts = petition_alerts(petition, level=level_of(petition), calendar=queries.calendar())
    petition.alert_at = next_at(alerts, petition)


def orders_of(petition: Petition) -> Any:
    """Return the petition's work orders, the oldest first."""
    return WorkOrder.objects.of(MATTER, petition.pk)


def nudge_tell(petition: Petition) -> None:
    """Have the people concerned told soon; the outbox guarantees it, this is only speed."""
    nudge("petitions.tasks.tell", petition.pk, together=True)


def nudge_route(petition: Petition) -> None:
    """Have the router look at it soon; `replay_stranded` finds it anyway."""
    nudge("petitions.tasks.route", petition.pk, together=True)
