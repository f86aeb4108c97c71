"""Tables as files: CSV that every spreadsheet reads, with nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

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
