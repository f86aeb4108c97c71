"""A line of a table as the page shows it: every cell worded, for `insights/_line.html`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from insights.tables import RATES, Row
from petitions.figures import FIGURES

# What the columns show: counts that are listed on their own, and rates with what they divide.
COUNTS: Final = ("received", "routed", "overturned", "open", "overdue")
DIVIDED: Final = {
    "response": ("contacted", "contact_due"),
    "resolution": ("resolved", "rated"),
    "satisfaction": ("satisfied", "rated"),
}


@dataclass(frozen=True)
class Count:
    """A count; without a query where there is nothing to list."""

    name: str
    label: str
    number: int
    query: str


@dataclass(frozen=True)
class Share:
    """A rate, with the two counts it divides; without their queries where there is nothing to divide by."""

    name: str
    label: str
    value: str
    text: str
    part: int
    part_query: str
    whole: int
    whole_query: str


@dataclass(frozen=True)
class Line:
    """What `insights/_line.html` puts down, in its order."""

    label: str
    received: Count
    routed: Count
    overturned: Count
    open: Count
    overdue: Count
    response: Share
    resolution: Share
    satisfaction: Share
    score: str
    score_value: str


def headings() -> list[str]:
    """The titles of the columns after the first, in the language now active."""
    labels = [*(FIGURES[name][0] for name in COUNTS), *(RATES[name] for name in DIVIDED), _("Score")]
    return [str(label) for label in labels]


class Lines:
    """Words the rows of a page; what repeats on each line is worded once."""

    def __init__(self) -> None:
        self.counts = {name: str(FIGURES[name][0]) for name in COUNTS}
        self.rates = {name: str(RATES[name]) for name in DIVIDED}

    def line(self, row: Row) -> Line:
        """Return the line of a row."""
        shares = row.rates
        cells: dict[str, Any] = {name: self._count(row, name) for name in COUNTS}
        cells |= {name: self._share(row, name, getattr(shares, name)) for name in DIVIDED}
        return Line(label=row.label, score=percent(shares.score), score_value=_value(shares.score), **cells)

    def _count(self, row: Row, name: str) -> Count:
        number = row.counts[name]
        return Count(name, self.counts[name], number, row.query(name) if number else "")

    def _share(self, row: Row, name: str, share: float | None) -> Share:
        part, whole = DIVIDED[name]
        divides = bool(row.counts[whole])
        return Share(
            name=name,
            label=self.rates[name],
            value=_value(share),
            text=percent(share),
            part=row.counts[part],
            part_query=row.query(part) if divides else "",
            whole=row.counts[whole],
            whole_query=row.query(whole) if divides else "",
        )


def percent(share: float | None) -> str:
    """A share of one as it is shown: a dash where there is nothing to divide by."""
    return "—" if share is None else f"{share * 100:.1f} %"


def _value(share: float | None) -> str:
    """As the charts read it."""
    return "" if share is None else f"{share:.4f}"
