"""Setting the clock: `noon = Clock(monkeypatch); noon.to("2026-09-30 10:00")` for everything that asks for now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from dispatch import tasks as order_tasks
from petitions import tasks as petition_tasks
from tests.cast import at


class Clock:
    """The time that `django.utils.timezone.now` tells, and the sweeps that go by it."""

    def __init__(self, monkeypatch: Any) -> None:
        self.now = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: self.now)

    def to(self, moment: str | datetime) -> None:
        """Set it."""
        self.now = at(moment) if isinstance(moment, str) else moment

    def forward(self, **by: float) -> None:
        """Move it on (or back, with negative numbers)."""
        self.now += timedelta(**by)

    def sweep(self) -> int:
        """Let both clocks be swept, as beat does; return how many alerts were given."""
        return order_tasks.sweep_clock() + petition_tasks.sweep_clock()
