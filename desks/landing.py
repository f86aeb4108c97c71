"""Where the workbench opens: the first tab of one's own work that has something in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from dispatch.lifecycle import DEPUTY, DISPATCHER, OFFICER, SUPERVISOR
from petitions.lifecycle import STATION_HEAD

# What waits for somebody in this capacity, in the order of their day. Tabs that never empty (what is restricted or
# under supervision stays there when it is over) would keep everybody from what comes after them: nobody lands there.
DAYS: Final[dict[str, tuple[str, ...]]] = {
    DISPATCHER: ("triage", "returns", "extensions", "new", "to_check", "overdue", "dissatisfied", "publication"),
    OFFICER: ("new", "to_check", "overdue", "dissatisfied", "publication"),
    STATION_HEAD: ("to_check", "new", "overdue", "dissatisfied", "publication"),
    SUPERVISOR: ("overdue", "exclusions", "dissatisfied", "ledger", "publication"),
    DEPUTY: ("overdue", "dissatisfied", "assigned"),
}
EVERYTHING: Final = "all"


def day_of(capacities: Iterable[str]) -> list[str]:
    """The tabs of a person's day: of several capacities, the one that keeps others waiting first."""
    held = set(capacities)
    return list(dict.fromkeys(tab for capacity, tabs in DAYS.items() if capacity in held for tab in tabs))


def first_tab(capacities: Iterable[str], numbers: Mapping[str, int]) -> str:
    """The first tab of the day with something in it; where nothing waits, the one the day begins with."""
    day = day_of(capacities) or [EVERYTHING]
    return next((tab for tab in day if numbers.get(tab)), day[0])
