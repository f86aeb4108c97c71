"""The tables that the data set fills, how their rows are handed to COPY, and the numbers that all of them follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO
from typing import Any

from stdnum import luhn

from petitions.references import ALPHABET, LENGTH

FIRST = 1_000_000  # numbers below are left to whatever the demo made
TABLES: dict[str, tuple[str, ...]] = {
    "accounts_contact": ("id", "name", "phone", "phone_index", "language", "created_at"),
    "accounts_consent": ("id", "contact_id", "kind", "version", "given", "at"),
    "petitions_petition": (
        "id", "alert_at", "alerts_given", "reference", "state", "state_since", "kind", "urgency", "channel",
        "restricted", "title", "text", "address", "latitude", "longitude", "category_id", "area_id", "station_id",
        "deputy_id", "contact_id", "submitted_at", "registered_at", "routed_at", "replied_at", "ended_at", "due_at",
        "lead_unit_id", "decline_reason", "decline_channel", "failures", "result", "supervised_at", "publication",
        "public_title", "public_text", "published_at", "intake_digest", "search",
    ),
    "petitions_routing": ("petition_id", "at", "version", "categories", "departments", "assigned"),
    "dispatch_workorder": (
        "id", "alert_at", "alerts_given", "matter_type", "matter_id", "reference", "title", "area_id",
        "department_id", "kind", "round", "state", "service", "urgency", "handler_id", "is_final", "assigned_at",
        "sign_due_at", "contact_due_at", "return_until", "internal_due_at", "signed_at", "contacted_at",
        "replied_at", "closed_at", "urged_count", "escalation",
    ),
    "dispatch_reply": (
        "id", "order_id", "state", "text", "result_class", "drafted_by_id", "drafted_at", "signed_by_id", "signed_at",
    ),
    "dispatch_request": (
        "id", "order_id", "kind", "state", "reason", "working_days", "asked_by_id", "asked_at", "rule_due_at", "ruling",
    ),
    "petitions_evaluation": ("id", "petition_id", "round", "process", "result", "comment", "at"),
    "journal_entry": (
        "id", "matter_type", "matter_id", "action", "at", "actor_id", "actor_kind", "from_state", "to_state",
        "note", "data", "visibility", "digest",
    ),
}  # fmt: skip

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def copy_text(rows: Iterable[Sequence[Any]]) -> StringIO:
    """Return rows as COPY reads them: a line each, tabs between."""
    return StringIO("".join("\t".join(map(_value, row)) + "\n" for row in rows))


def _value(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).translate(_ESCAPES)


def reference(number: int) -> str:
    """Unique by construction: the number in the reference's own digits, then the check digit."""
    rest, body = number * 7_368_787 + 1, ""
    for _ in range(LENGTH - 1):
        rest, digit = divmod(rest, len(ALPHABET))
        body += ALPHABET[digit]
    return body + str(luhn.calc_check_digit(body, ALPHABET))
