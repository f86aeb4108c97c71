"""From a journal row to what it is worth, and from records to a year's points. Values in, values out; no database.

Both filing as it happens (`actions.records`) and recomputing from the journal (`recompute`) come through here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from directory.calendar import local_day

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Rule:
    """A scoring rule's worth, from `since` until before `until`."""

    pk: int
    item: str
    part: str
    points: int
    cap: int | None
    facts: tuple[str, ...]
    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Row:
    """A journal entry, as far as it matters here."""

    pk: int
    matter_type: str
    action: str
    at: datetime
    data: Mapping[str, Any]

    @property
    def day(self) -> date:
        """The day that counts: what the row says, else the day on which it was written."""
        try:
            return date.fromisoformat(self.data.get("on", ""))
        except (TypeError, ValueError):
            return local_day(self.at)

    @property
    def deputies(self) -> list[int]:
        """The deputies it names, each once."""
        named = self.data.get("deputies")
        found = [pk for pk in named if isinstance(pk, int)] if isinstance(named, list) else []
        return list(dict.fromkeys(found))

    @property
    def quantity(self) -> int:
        """How many: half-days of an absence, otherwise one."""
        number = self.data.get("quantity", 1)
        return min(max(number, 1), MOST_AT_ONCE) if isinstance(number, int) else 1

    @property
    def station(self) -> int | None:
        """The station's number, where the row names one."""
        number = self.data.get("station")
        return number if isinstance(number, int) else None

    @property
    def strikes(self) -> tuple[int, str] | None:
        """(entry, item) whose record this ruling strikes."""
        struck = self.data.get("strikes")
        return (int(struck["entry"]), str(struck["item"])) if isinstance(struck, dict) else None


class Book:
    """All rules, ready to be asked."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.by_pk: dict[int, Rule] = {}
        self._by_fact: dict[str, list[Rule]] = defaultdict(list)
        self._by_item: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            self.by_pk[rule.pk] = rule
            self._by_item[rule.item].append(rule)
            for fact in rule.facts:
                self._by_fact[fact].append(rule)

    def rules_for(self, row: Row) -> list[Rule]:
        """The rules a row falls under on its day: by the item it names, else by what it is. One for each item."""
        if row.strikes:
            return []
        named = row.data.get("item")
        known = self._by_item.get(named, ()) if named else self._by_fact.get(f"{row.matter_type}.{row.action}", ())
        return list({rule.item: rule for rule in known if rule.holds(row.day)}.values())

    def year(self, sums: Mapping[int, int]) -> int:
        """The points of one item in one year, from {rule: points before the cap}.

        A rule that followed another changes nothing that was granted under the first: each adds what its own cap
        leaves room for. So the order in which rows came to be filed does not matter.
        """
        granted = 0
        for rule in sorted((self.by_pk[pk] for pk in sums), key=lambda rule: (rule.since, rule.pk)):
            earned = sums[rule.pk]
            room = earned if rule.cap is None or earned < 0 else max(0, min(earned, rule.cap - granted))
            granted += room
        return granted
