"""Values to tables: creates what is new, updates what differs, leaves the rest alone. Deletes nothing.

Called by `directory.actions.load_directory` inside its transaction, with lines that passed every check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models

from directory.loader.check import Line
from directory.models import (
    Area,
    CalendarDay,
    Category,
    CoUnit,
    Department,
    Responsibility,
    ServiceLevel,
)

M = TypeVar("M", bound=models.Model)
Lines = Mapping[str, Sequence[Line]]


@dataclass(slots=True)
class Tally:
    """What one file came to."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def add(self, other: Tally) -> None:
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged


def write(lines: Lines) -> dict[str, Tally]:
    """Write every file's lines; return what came of each."""
    writers: dict[str, Callable[[Sequence[Line]], Tally]] = {
        "areas": lambda rows: _write_tree(Area, rows),
        "departments": _write_departments,
        "categories": lambda rows: _write_tree(Category, rows),
        "responsibilities": _write_responsibilities,
        "service_levels": lambda rows: _write_plain(ServiceLevel, rows, ("kind", "urgency")),
        "calendar": lambda rows: _write_plain(CalendarDay, rows, ("date",)),
    }
    return {name: save(lines[name]) for name, save in writers.items() if name in lines}


def _write_plain(model: type[M], lines: Sequence[Line], key: tuple[str, ...]) -> Tally:
    return _upsert(model, [line.values for line in lines], key).tally


@dataclass(frozen=True, slots=True)
class Upserted(Generic[M]):
    """The rows by key, and which of them (by primary key) were as wanted already."""

    tally: Tally
    rows: dict[tuple[Any, ...], M]
    untouched: set[int]

    def also_changed(self, ids: Iterable[int]) -> None:
        """Count as updated those of these rows in which so far nothing had changed."""
        late = self.untouched.intersection(ids)
        self.untouched.difference_update(late)
        self.tally.unchanged -= len(late)
        self.tally.updated += len(late)


def _upsert(model: type[M], wanted: Sequence[Mapping[str, Any]], key: tuple[str, ...]) -> Upserted[M]:
    """Create or update rows of these values."""
    manager = model._default_manager
    held = {tuple(getattr(row, name) for name in key): row for row in manager.all()}
    fresh, differing, untouched = [], [], set()
    for values in wanted:
        row = held.get(tuple(values[name] for name in key))
        if row is None:
            fresh.append(model(**values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            differing.append(row)
        else:
            untouched.add(row.pk)
    if differing:
        manager.bulk_update(differing, [name for name in wanted[0] if name not in key], batch_size=500)
    manager.bulk_create(fresh, batch_size=500)
    held.update({tuple(getattr(row, name) for name in key): row for row in fresh})
    return Upserted(Tally(len(fresh), len(differing), len(untouched)), held, untouched)


# --- Trees --------------------------------------------------------------------------------------------------


def _write_tree(model: type[Area] | type[Category], lines: Sequence[Line]) -> Tally:
    """Write a tree level by level, as a child needs its parent's id; then mend the paths of what it moved."""
    parents = dict(model._default_manager.values_list("code", "parent__code"))
    parents |= {line.values["code"]: line.values["parent"] for line in lines}
    paths = {code: _path(parents, code) for code in parents}
    levels: dict[int, list[Line]] = {}
    for line in lines:
        levels.setdefault(paths[line.values["code"]].count("."), []).append(line)
    total, ids = Tally(), dict(model._default_manager.values_list("code", "id"))
    for level in sorted(levels):
        wanted = [_node(line.values, ids, paths) for line in levels[level]]
        done = _upsert(model, wanted, ("code",))
        ids.update({row.code: row.pk for row in done.rows.values()})
        total.add(done.tally)
    _mend_paths(model, paths)
    return total


def _node(values: Mapping[str, Any], ids: Mapping[str, int], paths: Mapping[str, str]) -> dict[str, Any]:
    rest = {name: value for name, value in values.items() if name != "parent"}
    return rest | {"parent_id": ids.get(values["parent"]), "path": paths[values["code"]]}


def _path(parents: Mapping[str, str | None], code: str) -> str:
    chain: list[str] = []
    step: str | None = code
    while step is not None:
        chain.append(step)
        step = parents.get(step)
    return "".join(f"{each}." for each in reversed(chain))


def _mend_paths(model: type[Area] | type[Category], paths: Mapping[str, str]) -> None:
    """A node that moved takes along those below it that no line named."""
    moved = [row for row in model._default_manager.all() if row.path != paths[row.code]]
    for row in moved:
        row.path = paths[row.code]
    if moved:
        model._default_manager.bulk_update(moved, ["path"], batch_size=500)  # type: ignore[arg-type]


# --- Units and rules ----------------------------------------------------------------------------------------


def _ids(model: type[models.Model]) -> dict[str | None, int]:
    return dict(model._default_manager.values_list("code", "id"))


def _write_departments(lines: Sequence[Line]) -> Tally:
    """A successor may stand further down: units first, then who follows whom."""
    areas = _ids(Area)
    skip = {"area", "successor"}
    wanted = [
        {name: value for name, value in line.values.items() if name not in skip}
        | {"area_id": areas[line.values["area"]]}
        for line in lines
    ]
    done = _upsert(Department, wanted, ("code",))
    late: list[Department] = []
    for line in lines:
        row = done.rows[line.values["code"],]
        successor = done.rows[line.values["successor"],].pk if line.values["successor"] else None
        if row.successor_id != successor:
            row.successor_id = successor
            late.append(row)
    if late:
        Department.objects.bulk_update(late, ["successor"], batch_size=500)
    done.also_changed(row.pk for row in late)
    return done.tally


def _write_responsibilities(lines: Sequence[Line]) -> Tally:
    categories, areas, units = _ids(Category), _ids(Area), _ids(Department)
    wanted = [
        {
            "category_id": categories[line.values["category"]],
            "area_id": areas[line.values["area"]],
            "lead_id": units[line.values["lead"]],
            **{name: line.values[name] for name in ("valid_from", "valid_until", "priority", "weight")},
        }
        for line in lines
    ]
    key = ("category_id", "area_id", "lead_id", "valid_from")
    done = _upsert(Responsibility, wanted, key)
    helpers = {
        done.rows[tuple(values[name] for name in key)].pk: [units[code] for code in line.values["co_units"]]
        for values, line in zip(wanted, lines, strict=True)
    }
    done.also_changed(_write_helpers(helpers))
    return done.tally


def _write_helpers(wanted: Mapping[int, Sequence[int]]) -> list[int]:
    """Co-units of the given rules become exactly these; returns the rules in which they changed."""
    held: dict[int, list[int]] = {}
    rows = CoUnit.objects.filter(responsibility_id__in=wanted).order_by("id")
    for rule, unit in rows.values_list("responsibility_id", "department_id"):
        held.setdefault(rule, []).append(unit)
    changed = [rule for rule, units in wanted.items() if held.get(rule, []) != list(units)]
    CoUnit.objects.filter(responsibility_id__in=changed).delete()
    CoUnit.objects.bulk_create(
        CoUnit(responsibility_id=rule, department_id=unit) for rule in changed for unit in wanted[rule]
    )
    return changed
