"""What the router thought of a petition, in words for the staff who decide: one module for pages and API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import User
from directory import queries
from petitions.models import Petition
from petitions.reasons import sentences

MOST_CASES = 5


def explain(petition: Petition, user: User) -> dict[str, Any] | None:
    """Return the router's candidates with scores and reasons in words, or None before it has looked.

    One SELECT at most: the cases a candidate resembles, of those this user may read.
    """
    if not hasattr(petition, "routing"):
        return None
    routing = petition.routing
    cases = _references(routing.departments, user)
    return {
        "at": routing.at,
        "version": routing.version,
        "assigned": routing.assigned,
        "categories": [_candidate(row, queries.category_by_code(row["code"]), {}) for row in routing.categories],
        "departments": [_candidate(row, queries.department_by_code(row["code"]), cases) for row in routing.departments],
    }


def routed_automatically(petition: Petition) -> bool:
    """Whether the unit that has it was chosen by the router alone; a person may correct it (PIPL art 24)."""
    if not hasattr(petition, "routing") or petition.lead_unit is None or not petition.routing.assigned:
        return False
    return bool(petition.routing.departments) and petition.routing.departments[0]["code"] == petition.lead_unit.code


def _references(rows: Iterable[Mapping[str, Any]], user: User) -> dict[str, str]:
    """References of the resembling cases that this user may read, by number."""
    wanted = {str(case) for row in rows for reason in row.get("reasons", ()) for case in reason.get("cases_like", ())}
    if not wanted:
        return {}
    numbers = [int(case) for case in wanted if case.isdecimal()]
    visible = Petition.objects.visible_to(user).filter(pk__in=numbers)
    return {str(pk): reference for pk, reference in visible.values_list("pk", "reference")}


def _candidate(row: Mapping[str, Any], found: Any, cases: Mapping[str, str]) -> dict[str, Any]:
    reasons = [_known(reason, cases) for reason in row.get("reasons", ())]
    said = [reason for reason in reasons if reason is not None]
    references = [reference for reason in said for reference in reason.get("references", ())]
    return {
        **row,
        "label": found.label if found is not None else row["code"],
        "reasons": said,
        "reasons_text": sentences(said),
        "cases": [{"reference": each, "url": f"/api/v1/petitions/{each}/"} for each in dict.fromkeys(references)],
    }


def _known(reason: Mapping[str, Any], cases: Mapping[str, str]) -> dict[str, Any] | None:
    """The reason as this reader may have it: cases by reference, and none that the reader may not read."""
    if reason.get("code") != "similar":
        return dict(reason)
    references = [cases[str(case)] for case in reason.get("cases_like", ()) if str(case) in cases][:MOST_CASES]
    return {"code": "similar", "references": references} if references else None
