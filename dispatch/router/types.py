"""What goes into the router and what comes out: plain values, no database, no web.

Codes (of categories, areas, departments) are the deployment's own; the router reads no meaning into them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be routed: what was written, where, when, and what is known beside it."""

    title: str
    text: str
    category: str | None
    area: str | None
    at: datetime
    channel: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as a code and its parameters; the caller makes a sentence of it in the reader's language.

    Codes: `category_given`, `keywords`, `rule`, `sibling`, `history`, `text`, `similar`, `default`;
    as holds: `accusation`, `restricted`, `unknown_category`, `model_unavailable`.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A category or department, how probable, and why."""

    code: str
    score: float
    reasons: tuple[Reason, ...] = ()
    co_units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates, best first. Scores behave like probabilities: within [0, 1], and a list sums to at most 1.

    `held` names what forbids assigning without a person, however sure the first candidate is.
    """

    categories: tuple[Candidate, ...]
    departments: tuple[Candidate, ...]
    version: str
    held: tuple[Reason, ...] = ()

    def automatic(self, threshold: float) -> bool:
        """True where the first department may be assigned without a person at this threshold."""
        return not self.held and bool(self.departments) and self.departments[0].score >= threshold


class CategoryInfo(NamedTuple):
    """One category: its parent's code, name, keywords, and whether it takes the restricted route."""

    parent: str | None
    name: str
    keywords: tuple[str, ...] = ()
    restricted: bool = False


class DepartmentInfo(NamedTuple):
    """One unit. In force on `[active_from, active_until)`; `successor` takes its work over afterwards."""

    name: str
    area: str | None
    active_from: date | None = None
    active_until: date | None = None
    successor: str | None = None

    def in_force(self, day: date) -> bool:
        """True where the unit exists on that day."""
        started = self.active_from is None or self.active_from <= day
        return started and (self.active_until is None or day < self.active_until)


class Rule(NamedTuple):
    """One line of the responsibility list. `None` as category or area is any; in force on `[from, until)`."""

    id: int | str
    category: str | None
    area: str | None
    lead: str
    co_units: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    priority: int = 0
    weight: float = 1.0

    def in_force(self, day: date) -> bool:
        """True where the rule holds on that day."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_until is None or day < self.valid_until)
