"""A snapshot of who is responsible for what, with the indexes that make ranking quick."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dispatch.router.keywords import KeywordIndex
from dispatch.router.rules import RuleIndex
from dispatch.router.types import CategoryInfo, DepartmentInfo, Rule


@dataclass(frozen=True)
class Directory:
    """A snapshot of who is responsible for what. Build once and keep: its indexes are made on first use.

    In: areas {code: parent}, categories {code: (parent, name, keywords, restricted)},
    departments {code: (name, area, active_from, active_until[, successor])}, rules. Plain tuples will do.
    """

    areas: Mapping[str, str | None]
    categories: Mapping[str, CategoryInfo]
    departments: Mapping[str, DepartmentInfo]
    rules: Iterable[Rule] = ()

    def __post_init__(self) -> None:
        made = {
            "categories": {code: CategoryInfo(*info) for code, info in self.categories.items()},
            "departments": {code: DepartmentInfo(*info) for code, info in self.departments.items()},
            "rules": tuple(Rule(*rule) for rule in self.rules),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @cached_property
    def area_chains(self) -> dict[str, tuple[str, ...]]:
        """Each area's codes from itself up to the root."""
        return {code: tuple(_upwards(code, self.areas.get)) for code in self.areas}

    @cached_property
    def category_chains(self) -> dict[str, tuple[str, ...]]:
        """Each category's codes from itself up to the root."""
        parents = {code: info.parent for code, info in self.categories.items()}
        return {code: tuple(_upwards(code, parents.get)) for code in self.categories}

    @cached_property
    def keyword_index(self) -> KeywordIndex:
        """Keywords of all categories, ready to be looked up in a text."""
        return KeywordIndex.of(self)

    @cached_property
    def rule_index(self) -> RuleIndex:
        """The responsibility list by category and area."""
        return RuleIndex.of(self)

    def current(self, code: str, day: date) -> str | None:
        """The unit that does this unit's work that day: itself, a successor, or None (retired)."""
        for unit in _upwards(code, self._successor):
            info = self.departments.get(unit)
            if info is not None and info.in_force(day):
                return unit
        return None

    def _successor(self, code: str) -> str | None:
        info = self.departments.get(code)
        return info.successor if info else None


def _upwards(code: str | None, parent_of: Callable[[str], str | None]) -> Iterator[str]:
    seen: set[str] = set()
    # A loop in master data must not hang a worker: each code is visited once.
    while code and code not in seen:
        seen.add(code)
        yield code
        code = parent_of(code)
