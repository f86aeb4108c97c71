"""Log lines without a person in them.

Code does not log names, numbers, texts or tokens (HOUSE.md). This is the second line of defence:
messages of other people's code (a database error quotes the row, an HTTP error the URL) are cleaned as well.
"""

import json
import logging
import re
from datetime import UTC, datetime

from liaison.request_id import PETITION_KEY, REQUEST_KEY, current_petition, current_request_id

# pattern, replacement; the order matters: whole quoted rows go first.
SCRUBS: tuple[tuple[re.Pattern[str], str], ...] = (
    # PostgreSQL quotes the offending row or key: "DETAIL:  Key (phone_index)=(…) already exists."
    (re.compile(r"(DETAIL|CONTEXT|QUERY|STATEMENT):[^\n]*"), r"\1: [removed]"),
    (re.compile(r"(?i)\b(bearer|token|basic)\s+[A-Za-z0-9._~+/=:-]{8,}"), r"\1 [removed]"),
    (
        re.compile(r"(?i)\b(password|passwd|secret|access|authorization|code|token|phone|mobile|name)([\"']?\s*[=:]\s*)[\"']?[^\s&,;\"'})]+"),
        r"\1\2[removed]",
    ),
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+"), "[e-mail]"),
    (re.compile(r"(?<![\w.])\d{17}[\dXx](?!\w)"), "[identity number]"),
    (re.compile(r"(?<![\w.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\w)"), "[telephone]"),
    (re.compile(r"(?<![\w.:-])0\d{2,3}[- ]?\d{7,8}(?!\w)"), "[telephone]"),
)  # fmt: skip


def scrub(line: str) -> str:
    """Return `line` without what could name a person or open a door.

    >>> scrub("gateway said no to 13800138000")
    'gateway said no to [telephone]'
    """
    for pattern, replacement in SCRUBS:
        line = pattern.sub(replacement, line)
    return line


class WithRequestId(logging.Filter):
    """Put the numbers of the request and of the petition in hand on the record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never refuses a record."""
        known = getattr(getattr(record, "request", None), "META", {})
        record.request_id = current_request_id() or known.get(REQUEST_KEY, "-")
        record.petition = current_petition() or known.get(PETITION_KEY, "-")
        return True


class CleanLine(logging.Formatter):
    """A line scrubbed as a whole, its traceback included, which a filter would miss."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the cleaned line."""
        return scrub(super().format(record))


class CleanJson(logging.Formatter):
    """One object a line, for machines that collect logs; every text in it scrubbed."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object; `error` holds the traceback where there is one."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", "-"),
            "petition": getattr(record, "petition", "-"),
            "message": scrub(record.getMessage()),
        }
        if record.exc_info:
            told["error"] = scrub(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)
