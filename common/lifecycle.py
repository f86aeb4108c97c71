"""The row of a table of moves, for the lifecycles that need nothing more (a petition's and an order's know more)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Move:
    """From which states, to which (None: stays, or something else decides), in which capacity."""

    label: str | Promise
    sources: frozenset[str]
    target: str | None
    who: frozenset[str]
