"""What is still to come on a petition, for the upper end of its timeline. Limits come from the directory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from petitions.lifecycle import State
from petitions.models import Petition

# State → what comes next, in order. The first one is due at the petition's `due_at`.
_NEXT: Final[dict[str, tuple[str | Promise, ...]]] = {
    State.SUBMITTED: (
        _("Registered at the station"),
        _("Given to a department"),
        _("The department’s answer"),
        _("You judge the answer"),
    ),
    State.REGISTERED: (_("Given to a department"), _("The department’s answer"), _("You judge the answer")),
    State.ASSIGNED: (
        _("The department takes it and calls you"),
        _("The department’s answer"),
        _("You judge the answer"),
    ),
    State.IN_PROGRESS: (_("The department’s answer"), _("You judge the answer")),
    State.REWORK: (_("A better answer"), _("You judge again")),
    State.REPLIED: (_("The station has checked the answer"), _("You judge the answer")),
    State.AWAITING_EVALUATION: (_("Your judgement"),),
}
# Restricted matters are examined by the supervisors; no department is given them.
_RESTRICTED: Final = (_("The supervisors examine it"), _("You are told the outcome"))


@dataclass(frozen=True)
class Ahead:
    """One thing to come; `due_at` only for the next one."""

    label: str
    due_at: datetime | None


def ahead(petition: Petition, now: datetime) -> list[Ahead]:
    """Return what is to come, the furthest first, as the timeline runs upwards."""
    labels = _NEXT.get(State(petition.state), ())
    if petition.restricted and labels:
        labels = _RESTRICTED
    found = [Ahead(str(label), petition.due_at if place == 0 else None) for place, label in enumerate(labels)]
    return found[::-1]
