"""Which moves are open to somebody on a report, for page and API."""

from __future__ import annotations

from typing import Any

from appraisals.lifecycle import MOVES
from appraisals.models import DutyReport
from deputies.access import capacities

NEED_A_POLL = frozenset({"issue_codes", "invite", "open_vote"})


def moves_open_to(user: Any, report: DutyReport) -> list[str]:
    """Return the moves this user may make now, in the order of the table."""
    held = capacities(user, report.deputy)
    return [
        name
        for name, move in MOVES.items()
        if held & move.who and report.state in move.sources and (name not in NEED_A_POLL or report.meeting_at)
    ]
