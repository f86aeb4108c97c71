"""Read somebody's own CSV file, and say exactly what is wrong with it."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dispatch.router.examples import Example

MOST_PROBLEMS = 10
DELIMITERS = (",", ";", "\t")
TIMES = (
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d",  # as 2025-3-7 8:05, which is not ISO
    "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y.%m.%d", "%Y%m%d%H%M%S",
    "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日%H时%M分", "%Y年%m月%d日",
)  # fmt: skip
csv.field_size_limit(10_000_000)


class BadTable(Exception):
    """A file cannot be used; one line for each problem: file, line, column, reason."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record and where it stands."""

    line: int
    values: Mapping[str, str]


def read_rows(path: str | Path, columns: Sequence[str]) -> list[Row]:
    """Records of a CSV file that must have these columns.

    UTF-8 with or without a mark, UTF-16 with one, or GB18030; parted by commas, semicolons or tabs, as spreadsheets
    write them. Raises BadTable: no such file, no such column, not text, or no records.
    """
    path = Path(path)
    text = _text_of(path)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=_delimiter(text, columns))
    try:
        header = [name.strip() for name in reader.fieldnames or []]
        missing = [column for column in columns if column not in header]
        if missing:
            held = ", ".join(header) or "none"
            lines = (f"{path}, line 1, column {name}: there is no such column (columns: {held})." for name in missing)
            raise BadTable("\n".join(lines))
        reader.fieldnames = header
        rows = list(_rows(reader, path))
    except csv.Error as problem:
        raise BadTable(f"{path}, line {reader.line_num}: not a CSV record: {problem}.") from problem
    if not rows:
        raise BadTable(f"{path}, line 2: the file has a header but no records.")
    return rows


def read_examples(
    path: str | Path, *, text: Sequence[str], label: str, fields: Sequence[str] = (), time: str = ""
) -> list[Example]:
    """Examples from a CSV file. `text`: title and body columns (one column is a body); `time`: when it was opened.

    Closings are taken to be known at once, for want of a closing time. Raises BadTable with every bad line (the
    first ten): an empty label, a time that cannot be read.
    """
    rows = read_rows(path, [*text, label, *fields, *([time] if time else [])])
    problems: list[str] = []
    examples: list[Example] = []
    for row in rows:
        values = row.values
        opened = 0.0
        if not values[label].strip():
            problems.append(f"{path}, line {row.line}, column {label}: the label is empty.")
        if time:
            at = parse_day(values[time])
            if at is None:
                problems.append(f"{path}, line {row.line}, column {time}: {values[time]!r} is not a date and time.")
            opened = at or 0.0
        title, body = title_and_body(values, text)
        held = {name: values[name].strip() for name in fields}
        examples.append(Example(f"{row.line:09d}", title, body, held, values[label].strip(), opened, opened))
    raise_problems(problems)
    return examples


def title_and_body(values: Mapping[str, str], columns: Sequence[str]) -> tuple[str, str]:
    """The first of several columns is the title, the rest the body; a single column is a body."""
    if len(columns) < 2:
        return "", values[columns[0]] if columns else ""
    return values[columns[0]], "\n".join(values[column] for column in columns[1:])


def parse_day(value: str) -> float | None:
    """A date and time in the forms that hotlines export, as days; None where it is none of them."""
    value = value.strip()
    try:
        return datetime.fromisoformat(value).timestamp() / 86400
    except ValueError:
        pass
    for form in TIMES:
        try:
            return datetime.strptime(value, form).timestamp() / 86400  # noqa: DTZ007 - as local as its writer
        except ValueError:
            continue
    return None


def raise_problems(problems: Sequence[str]) -> None:
    """Raise BadTable with the first problems, where there are any."""
    if problems:
        more = [f"… and {len(problems) - MOST_PROBLEMS} more."] if len(problems) > MOST_PROBLEMS else []
        raise BadTable("\n".join([*problems[:MOST_PROBLEMS], *more]))


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise BadTable(f"{path}: the file cannot be read: {problem.strerror}.") from problem
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise BadTable(f"{path}: the file is neither UTF-8 nor GB18030 text.")


def _delimiter(text: str, columns: Sequence[str]) -> str:
    """What parts the values: the first of comma, semicolon and tab that gives every column asked for, else a comma."""
    header = text.split("\n", 1)[0]
    for delimiter in DELIMITERS:
        names = {name.strip().strip('"') for name in header.split(delimiter)}
        if names.issuperset(columns):
            return delimiter
    return DELIMITERS[0]


def _rows(reader: csv.DictReader[str], path: Path) -> Iterator[Row]:
    problems: list[str] = []
    before = reader.line_num
    for values in reader:
        line, before = before + 1, reader.line_num
        if None in values or None in values.values():
            problems.append(f"{path}, line {line}: the record has not as many values as the header has columns.")
            continue
        yield Row(line, values)
    raise_problems(problems)
