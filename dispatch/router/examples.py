"""Handled matters, as the router learns from them: the unit (or label) that finally answered is the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Example:
    """One handled matter. `opened` and `closed` in days (any epoch); known to a learner only from `closed` on."""

    id: str
    title: str
    text: str
    fields: Mapping[str, str]
    label: str
    opened: float = 0.0
    closed: float = 0.0
    co_units: tuple[str, ...] = field(default=())
