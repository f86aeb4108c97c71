"""Files to cells: CSV in UTF-8 (with or without a byte order mark) or GB18030, or XLSX. Nothing is judged."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from directory.loader.problems import Problem

MOST_BYTES = 50 * 2**20
SUFFIXES = (".csv", ".xlsx")
# Marks that turn the direction of text: invisible, and able to make one name look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


class UnreadableError(Exception):
    """The file as a whole cannot be read; its text is the reason."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as written: its line in the file and its cells by column, trimmed."""

    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class Table:
    """One file: what it is called, its columns, its rows, and what was wrong with its form."""

    file: str
    columns: tuple[str, ...] = ()
    header_line: int = 1
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def object(self, line: int, column: str, reason: str) -> None:
        """Note that something is wrong here."""
        self.problems.append(Problem(self.file, line, column, reason))


def find(folder: Path, name: str) -> list[Path]:
    """Return the folder's files of this name: none, one, or both a CSV and an XLSX."""
    return [path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()]


def read(path: Path) -> Table:
    """Read one file into cells. Problems of form are noted in the table, not raised."""
    table = Table(path.name)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableError(_("The file is larger than 50 MB."))
        lines = _xlsx_lines(path) if path.suffix == ".xlsx" else _csv_lines(path)
        _fill(table, lines)
    except UnreadableError as error:
        table.object(0, "", str(error))
    except OSError:
        table.object(0, "", _("The file cannot be opened."))
    return table


def _csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    reader, start = csv.reader(io.StringIO(_decode(path.read_bytes()), newline=""), strict=True), 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1  # a quoted cell may span lines: report where the row begins
    except csv.Error:
        raise UnreadableError(_("From line %(line)d on it is not valid CSV.") % {"line": start}) from None


def _decode(raw: bytes) -> str:
    # A UTF-16 file would pass as GB18030 gibberish.
    if not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise UnreadableError(_("The text is neither UTF-8 nor GB18030."))


def _xlsx_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, EOFError):
        raise UnreadableError(_("The file is not a readable XLSX workbook.")) from None
    for line, cells in enumerate(rows, 1):
        yield line, [_as_text(cell) for cell in cells]


def _as_text(cell: object) -> str:
    """Write a typed cell as it would stand in a CSV: dates ISO, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if not (cell.hour or cell.minute or cell.second) else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _fill(table: Table, lines: Iterable[tuple[int, list[str]]]) -> None:
    for line, cells in lines:
        trimmed = [cell.strip() for cell in cells]
        while trimmed and not trimmed[-1] and len(trimmed) > len(table.columns):
            trimmed.pop()  # spreadsheets leave empty cells at the end
        if not any(trimmed):
            continue
        if not table.columns:
            _take_header(table, line, trimmed)
        else:
            _take_row(table, line, trimmed)
    if not table.columns and not table.problems:
        raise UnreadableError(_("The file is empty."))


def _take_header(table: Table, line: int, names: Sequence[str]) -> None:
    table.columns, table.header_line = tuple(names), line
    for position, name in enumerate(names, 1):
        if not name:
            table.object(line, "", _("Column %(position)d has no name.") % {"position": position})
        elif name in names[: position - 1]:
            table.object(line, name, _("The column occurs twice."))


def _take_row(table: Table, line: int, cells: Sequence[str]) -> None:
    if len(cells) != len(table.columns):
        figures = {"found": len(cells), "expected": len(table.columns)}
        table.object(line, "", _("The row has %(found)d cells where %(expected)d are expected.") % figures)
        return
    row = Row(line, dict(zip(table.columns, cells, strict=True)))
    bad = [column for column, cell in row.cells.items() if _is_tainted(cell)]
    for column in bad:
        table.object(line, column, _("The cell holds control characters or line breaks."))
    if not bad:
        table.rows.append(row)


def _is_tainted(cell: str) -> bool:
    return any(unicodedata.category(sign) in ("Cc", "Cs") or sign in _TURNING for sign in cell)
