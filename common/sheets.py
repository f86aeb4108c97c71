"""Tables as files, CSV and XLSX, with nothing in them that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

BOM = "\ufeff"  # without it, spreadsheets on Windows take UTF-8 for the local encoding
# A cell that begins so is a formula to some spreadsheet (OWASP, CSV injection).
RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(value: Any) -> Any:
    """Return the cell so that it is text to every spreadsheet: what might be a formula gets an apostrophe.

    Numbers stay numbers. A formula also hides behind leading blanks, which spreadsheets cut off.
    """
    if not isinstance(value, str):
        return value
    begins = value.lstrip(" \u00a0\u3000")
    return f"'{value}" if begins.startswith(RUN) or value.startswith(RUN) else value


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield the table as CSV, a piece for each row, the first with the mark of UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    lead = BOM
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
        yield lead + buffer.getvalue()
        lead = ""
        buffer.seek(0)
        buffer.truncate()


def write_xlsx(rows: Iterable[Sequence[Any]], file: IO[bytes], *, title: str) -> None:
    """Write the table as XLSX, row by row: a write-only workbook keeps none of them. The heading stays in sight."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_plain(safe(cell)) for cell in row])
    book.save(file)


def _plain(value: Any) -> Any:
    """XML knows no control characters."""
    return ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
