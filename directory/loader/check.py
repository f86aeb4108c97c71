"""Cells to values, and every rule that spans rows, files or what is stored already. Reads, never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from directory.loader.columns import SHEETS, Column, Sheet
from directory.loader.parse import Row, Table, find, read
from directory.loader.problems import Problem
from directory.loader.stored import Stored
from directory.models import Area

LEVELS = list(Area.Level.values)  # from the widest to the narrowest
TREES = ("areas", "categories")


@dataclass(frozen=True, slots=True)
class Line:
    """One row whose every cell was read."""

    file: str
    line: int
    values: dict[str, Any]


@dataclass(slots=True)
class Checked:
    """What the folder says, by file; `problems` must be empty before anything is written."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    # Codes that a file names, bad rows included: one mistake must not make a hundred unknown codes.
    codes: dict[str, set[str]] = field(default_factory=dict)
    # Files that could not be read as a whole: what refers to them cannot be judged.
    unread: set[str] = field(default_factory=set)

    def object(self, line: Line, column: str, reason: str) -> None:
        self.problems.append(Problem(line.file, line.line, column, reason))


def check(folder: Path, stored: Stored) -> Checked:
    """Read the folder and find everything that is wrong with it, beside what is stored already.

    In: the folder and what the database holds. Out: the lines, and all problems, sorted by file and line.
    """
    checked = Checked()
    for sheet in SHEETS:
        _read_sheet(folder, sheet, checked)
    if not checked.lines and not checked.problems:
        names = ", ".join(f"{sheet.name}.csv" for sheet in SHEETS)
        reason = _("None of these files, nor an XLSX of the same name, is in the folder: %(names)s.")
        checked.problems.append(Problem(folder.name, 0, "", reason % {"names": names}))
    _references(checked, stored)
    for tree in TREES:
        _cycles(checked, tree, "parent", stored.parents[tree])
        _sibling_names(checked, tree, "parent", stored)
    _cycles(checked, "departments", "successor", stored.parents["departments"])
    _sibling_names(checked, "departments", "area", stored)
    _levels(checked, stored)
    _rows_in_themselves(checked)
    _overlaps(checked, stored)
    checked.problems.sort()
    return checked


# --- One file -----------------------------------------------------------------------------------------------


def _read_sheet(folder: Path, sheet: Sheet, checked: Checked) -> None:
    paths = find(folder, sheet.name)
    if not paths:
        return
    if len(paths) > 1:
        reason = _("The file is there twice, as CSV and as XLSX.")
        checked.problems.append(Problem(sheet.name, 0, "", reason))
        return
    table = read(paths[0])
    _header(table, sheet)
    if table.problems and not table.rows:
        checked.unread.add(sheet.name)
    checked.codes[sheet.name] = {row.cells["code"] for row in table.rows if row.cells.get("code")}
    if not table.rows and not table.problems and not sheet.may_have_no_rows:
        table.object(0, "", _("The file has a header but no rows."))
    lines = [line for row in table.rows if (line := _line(table, sheet, row)) is not None]
    checked.lines[sheet.name] = _once(table, sheet, lines)
    checked.problems += table.problems


def _header(table: Table, sheet: Sheet) -> None:
    if not table.columns:
        return
    known = {column.name for column in sheet.columns}
    for name in table.columns:
        if name and name not in known:
            table.object(table.header_line, name, _("The column is not known."))
    for column in sheet.columns:
        if column.required and column.name not in table.columns:
            table.object(table.header_line, column.name, _("The column is missing."))


def _line(table: Table, sheet: Sheet, row: Row) -> Line | None:
    values, good = {}, True
    for column in sheet.columns:
        try:
            values[column.name] = _value(column, row.cells.get(column.name))
        except ValueError as error:
            table.object(row.line, column.name, str(error))
            good = False
    # A missing column is reported once, in the header; its rows cannot be judged further.
    return Line(table.file, row.line, values) if good and _complete(sheet, values) else None


def _value(column: Column, cell: str | None) -> Any:
    if cell:
        return column.read(cell)
    if column.required and cell is not None:
        raise ValueError(_("The cell is empty."))
    return list(column.default) if isinstance(column.default, list) else column.default


def _complete(sheet: Sheet, values: Mapping[str, Any]) -> bool:
    return all(values[column.name] is not None for column in sheet.columns if column.required)


def _once(table: Table, sheet: Sheet, lines: Iterable[Line]) -> list[Line]:
    """Leave out what repeats an earlier line's key, and say where that stands."""
    seen: dict[tuple[Any, ...], Line] = {}
    for line in lines:
        key = tuple(line.values[name] for name in sheet.key)
        if first := seen.get(key):
            reason = _("Line %(line)d already has the same %(key)s.")
            figures = {"key": " + ".join(sheet.key), "line": first.line}
            table.object(line.line, sheet.key[0], reason % figures)
        else:
            seen[key] = line
    return list(seen.values())


# --- Across files -------------------------------------------------------------------------------------------


def _references(checked: Checked, stored: Stored) -> None:
    """Every code named must stand in a file or in the database."""
    for sheet in SHEETS:
        for column in sheet.columns:
            if column.refers_to and column.refers_to not in checked.unread:
                known = stored.codes[column.refers_to] | checked.codes.get(column.refers_to, set())
                for line in checked.lines.get(sheet.name, []):
                    _refer(checked, line, column, known)


def _refer(checked: Checked, line: Line, column: Column, known: set[str]) -> None:
    named = line.values[column.name]
    for code in named if isinstance(named, list) else [named] if named else []:
        if code not in known:
            reason = _("“%(code)s” is not a code in %(file)s nor in the database.")
            checked.object(line, column.name, reason % {"code": code, "file": column.refers_to})


def _cycles(checked: Checked, name: str, column: str, before: Mapping[str, str | None]) -> None:
    lines = checked.lines.get(name, [])
    parents = {**before, **{line.values["code"]: line.values[column] for line in lines}}
    for line in lines:
        code = line.values["code"]
        if code in _way_up(parents, code):
            reason = _("“%(code)s” comes back to itself: it would stand above itself.")
            checked.object(line, column, reason % {"code": code})


def _way_up(parents: Mapping[str, str | None], code: str) -> Iterator[str]:
    """The codes above this one, each once, so that even a circle ends."""
    seen: set[str] = set()
    above = parents.get(code)
    while above is not None and above not in seen:
        seen.add(above)
        yield above
        above = parents.get(above)


def _sibling_names(checked: Checked, name: str, column: str, stored: Stored) -> None:
    """Two of the same name side by side could not be told apart by a person."""
    lines = checked.lines.get(name, [])
    given = {line.values["code"] for line in lines}
    taken = {key: code for code, key in stored.names[name].items() if code not in given}
    for line in lines:
        key = (line.values[column], line.values["name"])
        if key in taken:
            reason = _("The name “%(name)s” is taken by “%(code)s” in the same place.")
            checked.object(line, "name", reason % {"name": key[1], "code": taken[key]})
        else:
            taken[key] = line.values["code"]


def _levels(checked: Checked, stored: Stored) -> None:
    lines = checked.lines.get("areas", [])
    levels = {**stored.levels, **{line.values["code"]: line.values["level"] for line in lines}}
    for line in lines:
        above = levels.get(line.values["parent"])
        if above and LEVELS.index(above) >= LEVELS.index(line.values["level"]):
            reason = _("A %(level)s cannot be part of a %(above)s.")
            checked.object(line, "level", reason % {"level": line.values["level"], "above": above})


# --- Within a row -------------------------------------------------------------------------------------------


def _rows_in_themselves(checked: Checked) -> None:
    for line in checked.lines.get("areas", []):
        if (line.values["latitude"] is None) != (line.values["longitude"] is None):
            checked.object(line, "latitude", _("Latitude and longitude are given together or not at all."))
    for line in checked.lines.get("departments", []):
        _in_order(checked, line, "active_from", "active_until")
    for line in checked.lines.get("responsibilities", []):
        _in_order(checked, line, "valid_from", "valid_until")
        if line.values["lead"] in line.values["co_units"]:
            checked.object(line, "co_units", _("The lead unit cannot also be a co-unit."))
    for line in checked.lines.get("service_levels", []):
        _limits(checked, line)


def _in_order(checked: Checked, line: Line, first: str, last: str) -> None:
    if line.values[last] is not None and line.values[first] >= line.values[last]:
        checked.object(line, last, _("It must be later than %(column)s.") % {"column": first})


def _limits(checked: Checked, line: Line) -> None:
    if (line.values["sign_hours"] is None) == (line.values["sign_wd"] is None):
        checked.object(line, "sign_hours", _("Exactly one of sign_hours and sign_wd must be given."))
    if line.values["statutory_extension_days"] is not None and line.values["statutory_days"] is None:
        checked.object(line, "statutory_extension_days", _("There is no statutory limit to extend."))
    for column in ("reply_wd", "rework_wd", "evaluate_wd", "ledger_recheck_wd"):
        if line.values[column] < 1:
            checked.object(line, column, _("It must be at least 1."))


def _overlaps(checked: Checked, stored: Stored) -> None:
    """The same unit twice in the list for the same category, area and day would count twice."""
    lines = checked.lines.get("responsibilities", [])
    given = {(*_rule_key(line), line.values["valid_from"]) for line in lines}
    spans: dict[tuple[str, ...], list[tuple[date, date, int]]] = defaultdict(list)
    for *key, start, end in stored.rules:
        if (*key, start) not in given:
            spans[tuple(key)].append((start, end or date.max, 0))
    for line in sorted(lines, key=lambda each: each.line):
        start, end = line.values["valid_from"], line.values["valid_until"] or date.max
        for other_start, other_end, other in spans[_rule_key(line)]:
            if start < other_end and other_start < end:
                where = _("line %(line)d") % {"line": other} if other else _("the database")
                reason = _("The dates overlap those of the same category, area and lead in %(where)s.")
                checked.object(line, "valid_from", reason % {"where": where})
        spans[_rule_key(line)].append((start, end, line.line))


def _rule_key(line: Line) -> tuple[str, ...]:
    return (line.values["category"], line.values["area"], line.values["lead"])
