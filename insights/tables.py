"""Figures as tables: a label, counts, rates, and for each number the filters of the worklist that list its matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from directory import queries
from directory.calendar import SHANGHAI
from directory.models import Area, Category
from insights.question import Question, day_of, plus_months
from insights.reckoning import Age, Counts, Reckoned, ages, reckon
from petitions.figures import FIGURES, Rates, rates

TITLES: Final[dict[str, Any]] = {
    "month": gettext_lazy("By month"),
    "unit": gettext_lazy("By unit"),
    "area": gettext_lazy("By area"),
    "category": gettext_lazy("By category"),
}


@dataclass(frozen=True)
class Row:
    """One line of a table. `conditions`: the filters of the worklist that list what it counts, complete."""

    label: str
    counts: Counts
    conditions: Mapping[str, str]
    code: str = ""

    @cached_property
    def rates(self) -> Rates:
        """What follows from the counts."""
        return rates(self.counts)

    @cached_property
    def _narrowed(self) -> str:
        return urlencode({"tab": "all", **self.conditions})

    def query(self, figure: str) -> str:
        """The worklist's query for the matters behind one of the counts."""
        return f"{self._narrowed}&figure={figure}"

    @property
    def links(self) -> dict[str, str]:
        """The query of each count, by name."""
        return {name: self.query(name) for name in FIGURES}


@dataclass(frozen=True)
class Dashboard:
    """Everything that the page, the interface and the files show of one question."""

    question: Question
    at: datetime
    total: Row
    tables: dict[str, list[Row]]
    ages: list[tuple[str, Age, dict[str, str]]]
    places: list[Row]


def dashboard(user: Any, question: Question, now: datetime) -> Dashboard:
    """Reckon the figures of a question as far as `user` may read; two SELECTs over petitions."""
    reckoned = reckon(user, question, now)
    base = question.conditions
    return Dashboard(
        question=question,
        at=now,
        total=Row(_("In all"), reckoned.total, base),
        tables={
            "month": _months(reckoned, question),
            "unit": _units(reckoned, base),
            "area": _areas(reckoned, question),
            "category": _categories(reckoned, question),
        },
        ages=[_age(age, question) for age in ages(user, question, now)],
        places=_places(reckoned, base),
    )


def _age(age: Age, question: Question) -> tuple[str, Age, dict[str, str]]:
    conditions = {"tab": "all", **question.narrowed, **age.conditions}
    return age_label(age), age, {name: urlencode({**conditions, "figure": name}) for name in ("open", "overdue")}


def age_label(age: Age) -> str:
    """The age in words."""
    since, until = age.days
    if until is None:
        return ngettext("%(days)d day and more", "%(days)d days and more", since) % {"days": since}
    return _("%(since)d to %(until)d days") % {"since": since, "until": until - 1}


def _months(reckoned: Reckoned, question: Question) -> list[Row]:
    """Every month of the question, also one in which nothing came."""
    rows, month = [], question.since
    while month < question.until:
        after = plus_months(month, 1)
        ends = {"submitted_after": day_of(month), "submitted_before": day_of(after)}
        counts = reckoned.by["month"].get(date(month.year, month.month, 1), Counter())
        label = date_format(month.astimezone(SHANGHAI), "YEAR_MONTH_FORMAT")
        rows.append(Row(label, counts, {**question.narrowed, **ends}, code=f"{month:%Y-%m}"))
        month = after
    return rows


def _units(reckoned: Reckoned, base: Mapping[str, str]) -> list[Row]:
    rows = []
    for number, counts in reckoned.by["unit"].items():
        unit = queries.department_by_id(number) if number else None
        if unit is None:
            rows.append(Row(_("No unit yet"), counts, {**base, "without": "department"}))
        else:
            rows.append(Row(unit.label, counts, {**base, "department": unit.code}, code=unit.code))
    return _largest_first(rows)


def _areas(reckoned: Reckoned, question: Question) -> list[Row]:
    """By sub-district; within one, by community. What is placed no more precisely than above has a line of its own."""
    chosen = queries.area_by_code(question.narrowed.get("area", ""))
    deep = chosen is not None and chosen.level in (Area.Level.SUBDISTRICT, Area.Level.COMMUNITY)
    level = Area.Level.COMMUNITY if deep else Area.Level.SUBDISTRICT
    groups = _rolled_up(reckoned.by["area"], queries.area_by_id, lambda area: _ancestor(area, level))
    base, rows = question.conditions, []
    for area, exact, counts in groups:
        where = {"place": area.code} if exact else {"area": area.code}
        label = _("%(place)s, anywhere") % {"place": area.label} if exact else area.label
        rows.append(Row(label, counts, {**base, **where}, code=area.code))
    return _largest_first(rows)


def _places(reckoned: Reckoned, base: Mapping[str, str]) -> list[Row]:
    """By community, for the map."""
    groups = _rolled_up(reckoned.by["area"], queries.area_by_id, lambda area: _ancestor(area, Area.Level.COMMUNITY))
    return _largest_first(
        Row(area.label, counts, {**base, "area": area.code}, area.code) for area, exact, counts in groups if not exact
    )


def _ancestor(area: Area, level: str) -> Area | None:
    for code in reversed(area.lineage()):
        found = queries.area_by_code(code)
        if found is not None and found.level == level:
            return found
    return None


def _categories(reckoned: Reckoned, question: Question) -> list[Row]:
    """By the categories below the chosen one, the topmost ones at first."""
    chosen = queries.category_by_code(question.narrowed.get("category", ""))
    depth = chosen.depth + 1 if chosen else 0
    groups = _rolled_up(reckoned.by["category"], queries.category_by_id, lambda each: _at_depth(each, depth))
    base = question.conditions
    rows = [
        Row(each.label, counts, {**base, **({"subject": each.code} if exact else {"category": each.code})}, each.code)
        for each, exact, counts in groups
    ]
    if nothing := reckoned.by["category"].get(None):
        rows.append(Row(_("No category yet"), nothing, {**base, "without": "category"}))
    return _largest_first(rows)


def _at_depth(category: Category, depth: int) -> Category | None:
    lineage = category.lineage()
    return queries.category_by_code(lineage[depth]) if depth < len(lineage) else None


def _rolled_up(
    by: Mapping[Any, Counts], find: Callable[[int], Any], above: Callable[[Any], Any]
) -> list[tuple[Any, bool, Counts]]:
    """Add up the counts of tree nodes under the nodes that `above` names; a node with none stays, exactly itself."""
    found: dict[tuple[str, bool], tuple[Any, bool, Counts]] = {}
    for number, counts in by.items():
        node = find(number) if number else None
        if node is None:
            continue
        top = above(node)
        key = ((top or node).code, top is None)
        found.setdefault(key, (top or node, top is None, Counter()))[2].update(counts)
    return list(found.values())


def _largest_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.counts["received"], row.label))


# --- As plain cells -----------------------------------------------------------------------------------------------

RATES: Final[dict[str, Any]] = {
    "response": gettext_lazy("Response rate"),
    "resolution": gettext_lazy("Resolution rate"),
    "satisfaction": gettext_lazy("Satisfaction rate"),
    "score": gettext_lazy("Score (30/35/35)"),
}


def cells(found: Dashboard, name: str) -> Iterable[list[Any]]:
    """Yield a table as rows of a file: the heading, then a line for each row, rates as numbers from 0 to 1."""
    if name == "age":
        yield [_("Age"), str(FIGURES["open"][0]), str(FIGURES["overdue"][0])]
        yield from ([label, age.open, age.overdue] for label, age, _links in found.ages)
        return
    yield [
        str(TITLES[name]),
        *(str(label) for label, _q in FIGURES.values()),
        *(str(label) for label in RATES.values()),
    ]
    for row in (*found.tables[name], found.total):
        yield [row.label, *(row.counts[figure] for figure in FIGURES), *(_rounded(row.rates, each) for each in RATES)]


def _rounded(found: Rates, name: str) -> float | str:
    value = getattr(found, name)
    return "" if value is None else round(value, 4)


FILES: Final = (*TITLES, "age")
