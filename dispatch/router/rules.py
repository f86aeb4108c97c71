"""Units from the responsibility list: the most specific line in force wins, others follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from dispatch.router.types import Reason, Rule

if TYPE_CHECKING:
    from dispatch.router.snapshot import Directory

TOP_TRUST = 0.85  # of what is left, how much one level of specificity takes before the next is asked
SIBLING_TRUST = 0.3  # units of neighbouring lines are a hint, not an answer
UNKNOWN_AREA_TRUST = 0.5  # without a place, a line for some place is half an answer
ENOUGH = 5

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Share:
    """What the list says of one unit: its probability, the co-units and lines it comes from."""

    score: float = 0.0
    co_units: tuple[str, ...] = ()
    reasons: list[Reason] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """Lines by category and area, so that a question asks a handful of keys instead of the whole list."""

    directory: Directory
    by_key: dict[tuple[str | None, str | None], tuple[Rule, ...]]
    by_category: dict[str | None, tuple[Rule, ...]]
    children: dict[str | None, tuple[str, ...]]

    @classmethod
    def of(cls, directory: Directory) -> RuleIndex:
        """Index the directory's lines; within one key higher priority first, then the id."""
        keyed: dict[tuple[str | None, str | None], list[Rule]] = defaultdict(list)
        broad: dict[str | None, list[Rule]] = defaultdict(list)
        for rule in sorted(directory.rules, key=lambda r: (-r.priority, str(r.id))):
            keyed[rule.category, rule.area].append(rule)
            broad[rule.category].append(rule)
        children: dict[str | None, list[str]] = defaultdict(list)
        for code, info in sorted(directory.categories.items()):
            children[info.parent].append(code)
        return cls(directory, _frozen(keyed), _frozen(broad), _frozen(children))

    def shares(self, category: str | None, area: str | None, day: date) -> dict[str, Share]:
        """Units in force that day with their probability; together at most 1, empty where no line applies."""
        found: dict[str, Share] = {}
        left = 1.0
        for rules in self._levels(category, area, day):
            left -= self._spread(found, rules, left * TOP_TRUST, day, "rule")
        if area is None or area not in self.directory.areas:
            anywhere = self._anywhere(category, day)
            left -= self._spread(found, anywhere, left * UNKNOWN_AREA_TRUST, day, "rule")
        if len(found) < ENOUGH:
            self._spread(found, list(self._siblings(category, area, day)), left * SIBLING_TRUST, day, "sibling")
        return found

    def _levels(self, category: str | None, area: str | None, day: date) -> Iterator[list[Rule]]:
        areas: tuple[str | None, ...] = (*self.directory.area_chains.get(area or "", ()), None)
        categories: tuple[str | None, ...] = (*self.directory.category_chains.get(category or "", ()), None)
        for key in ((c, a) for c in categories for a in areas):
            held = [rule for rule in self.by_key.get(key, ()) if rule.in_force(day)]
            for priority in dict.fromkeys(rule.priority for rule in held):
                yield [rule for rule in held if rule.priority == priority]

    def _anywhere(self, category: str | None, day: date) -> list[Rule]:
        for code in self.directory.category_chains.get(category or "", ()):
            held = [rule for rule in self.by_category.get(code, ()) if rule.in_force(day) and rule.area]
            if held:
                return held
        return []

    def _siblings(self, category: str | None, area: str | None, day: date) -> Iterator[Rule]:
        info = self.directory.categories.get(category or "")
        if info is None or info.parent is None:
            return
        areas: tuple[str | None, ...] = (*self.directory.area_chains.get(area or "", ()), None)
        for sibling in self.children.get(info.parent, ()):
            for place in areas:
                yield from (r for r in self.by_key.get((sibling, place), ()) if r.in_force(day))

    def _spread(self, found: dict[str, Share], rules: list[Rule], mass: float, day: date, code: str) -> float:
        """Add `mass` to the units of these lines by their weights; returns the mass that found a unit."""
        weights = [(rule, self.directory.current(rule.lead, day)) for rule in rules]
        total = sum(max(rule.weight, 0.0) for rule, _ in weights)
        if total <= 0:
            return 0.0
        given = 0.0
        for rule, unit in weights:
            if unit is None or rule.weight <= 0:
                continue  # a retired unit without successor: its share stays open, doubt is the honest answer
            part = mass * rule.weight / total
            given += part
            self._credit(found.setdefault(unit, Share()), rule, part, day, code)
        return given

    def _credit(self, share: Share, rule: Rule, part: float, day: date, code: str) -> None:
        share.score += part
        if len(share.reasons) < 2:
            params = {"rule": rule.id, "category": rule.category, "area": rule.area, "weight": rule.weight}
            share.reasons.append(Reason(code, params))
        if code == "rule" and not share.co_units:
            current = (self.directory.current(unit, day) for unit in rule.co_units)
            share.co_units = tuple(dict.fromkeys(unit for unit in current if unit))


def _frozen(lists: dict[K, list[V]]) -> dict[K, tuple[V, ...]]:
    return {key: tuple(values) for key, values in lists.items()}
