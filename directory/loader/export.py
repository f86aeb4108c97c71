"""The directory as files, in the very columns that `load_directory` reads: loaded again, nothing changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from directory.loader.columns import SHEETS, Sheet
from directory.models import Area, CalendarDay, Category, Department, Responsibility, ServiceLevel

BY_NAME = {sheet.name: sheet for sheet in SHEETS}
_ROWS: dict[str, Any] = {
    "areas": lambda: Area.objects.select_related("parent").order_by("path"),
    "departments": lambda: Department.objects.select_related("area", "successor").order_by("code"),
    "categories": lambda: Category.objects.select_related("parent").order_by("path"),
    "responsibilities": lambda: (
        Responsibility.objects.select_related("category", "area", "lead").prefetch_related("co_units").order_by("id")
    ),
    "service_levels": lambda: ServiceLevel.objects.order_by("kind", "urgency"),
    "calendar": lambda: CalendarDay.objects.order_by("date"),
}


def as_csv(name: str) -> bytes:
    """Return one file as CSV, UTF-8 with a byte order mark so that a spreadsheet reads the Chinese.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in _table(BY_NAME[name]):
        writer.writerow(_harmless(cell) for cell in row)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(name: str) -> bytes:
    """Return one file as a workbook in which every cell is text: nothing in it is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    for row in _table(BY_NAME[name]):
        sheet.append([_text_cell(sheet, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(sheet: Sheet) -> Iterator[list[str]]:
    yield [column.name for column in sheet.columns]
    for row in _ROWS[sheet.name]():
        yield [_cell(row, column.name) for column in sheet.columns]


def _cell(row: Any, column: str) -> str:
    value = getattr(row, column)
    if hasattr(value, "all"):  # the co-units of a line
        return "|".join(sorted(unit.code for unit in value.all()))
    return _written(value)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "|".join(_written(each) for each in value)
    return str(getattr(value, "code", value))


def _harmless(cell: str) -> str:
    number = cell.replace(".", "", 1).removeprefix("-").isdigit()
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not number else cell


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell


def names() -> Iterable[str]:
    """The files there are, in the order in which they are loaded."""
    return BY_NAME
