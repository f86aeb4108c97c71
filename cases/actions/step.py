"""What every move of a selection has in common: lock and check first; save and record last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from cases.access import capacities
from cases.lifecycle import MATTER, MOVES
from cases.models import Round
from journal import actions as journal
from journal.models import Visibility
from journal.refusals import Refused


class CannotMove(Refused):
    """The selection's state does not allow this move."""


class NotYours(CannotMove):
    """The selection may be read, but this move is somebody else's."""

    status = 403


@dataclass
class Step:
    """One move under way: the locked round, who makes it and in which capacity."""

    round: Round
    by: User
    capacity: str
    now: datetime
    from_state: str
    fields: set[str] = field(default_factory=set)

    def change(self, **values: Any) -> None:
        """Set fields of the round, to be saved by `finish`."""
        for name, value in values.items():
            setattr(self.round, name, value)
        self.fields.update(values)

    def go(self, state: str) -> None:
        """Enter a state."""
        self.change(state=state, state_since=self.now)

    def finish(self, action: str, *, data: Mapping[str, Any] | None = None, public: bool = False) -> Round:
        """Save and write the journal; return the round."""
        if self.fields:
            self.round.save(update_fields=sorted(self.fields))
        self.write(MATTER, self.round.pk, action, data=data, public=public)
        return self.round

    def write(
        self, matter_type: str, number: int, action: str, *, data: Mapping[str, Any] | None, public: bool
    ) -> None:
        """Append to the journal. Nobody is told by message: what matters here is public or at the desk."""
        journal.write(
            matter_type=matter_type,
            matter_id=number,
            action=action,
            at=self.now,
            actor=self.by,
            actor_kind=self.capacity,
            from_state=self.from_state,
            to_state=self.round.state,
            data=data,
            visibility=Visibility.PUBLIC if public else Visibility.STAFF,
            silent=True,
        )


def begin(round_: Round, move: str, *, by: User, now: datetime) -> Step:
    """Lock the round and begin the move; must run inside a transaction.

    Raises CannotMove (NotYours where the capacity is missing) with a sentence that says why.
    """
    locked = Round.objects.select_for_update(of=("self",)).select_related("area", "poll").get(pk=round_.pk)
    rule = MOVES[move]
    capacity = min(capacities(by, locked) & rule.who, default=None)
    if capacity is None:
        raise NotYours(_("“%(move)s” is not yours to do in this selection.") % {"move": rule.label})
    if locked.state not in rule.sources:
        raise CannotMove(
            _("“%(move)s” is not possible now: the selection is “%(state)s”.")
            % {"move": rule.label, "state": locked.get_state_display()}
        )
    step = Step(locked, by, capacity, now, from_state=locked.state)
    if rule.target and rule.target != locked.state:
        step.go(rule.target)
    return step
