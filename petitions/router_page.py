"""How the router does, for the people who answer for it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext

from accounts.models import User
from directory import queries
from dispatch import versions
from dispatch.lifecycle import DISPATCHER, SUPERVISOR
from dispatch.models import AutomaticAssignment, RouterVersion, VersionState
from petitions import choices
from petitions.access import scope_of
from petitions.learning.judging import FEWEST_JUDGED
from petitions.models import RouterReport

SHOWN_VERSIONS = 12


def may_read(user: User | AnonymousUser | Any) -> bool:
    """Dispatchers and supervisors, of whatever area."""
    return bool(_offices(user) & {DISPATCHER, SUPERVISOR})


def may_roll_back(user: User | AnonymousUser | Any) -> bool:
    """Who answers for the dispatching of all: a dispatcher or supervisor of the whole area served."""
    home = queries.area_by_code(settings.HOME_AREA)
    held = scope_of(user).unit.office_capacities(home.path) if home and isinstance(user, User) else frozenset()
    return bool(held & {DISPATCHER, SUPERVISOR})


def _offices(user: Any) -> set[str]:
    return {role for _path, role in scope_of(user).unit.offices} if isinstance(user, User) else set()


def facts() -> dict[str, Any]:
    """Return everything the page shows, names included; four SELECTs."""
    kept = list(RouterVersion.objects.order_by("-trained_at", "-pk")[:SHOWN_VERSIONS])
    present = next((row for row in kept if row.state == VersionState.IN_USE), None)
    if present is None:
        present = RouterVersion.objects.filter(state=VersionState.IN_USE).first()
    report = RouterReport.objects.first()
    return {
        "in_use": _version(present) if present is not None else None,
        "problem": versions.problem_on_disk()[1],
        "versions": [_version(row) for row in kept],
        "automatic": _automatic(),
        "reported_at": report.at if report is not None else None,
        "report": _named(report.figures) if report is not None else None,
    }


def _version(row: RouterVersion) -> dict[str, Any]:
    return {
        "version": row.version,
        "state": row.state,
        "state_label": _state_label(row),
        "trained_at": row.trained_at,
        "data_from": row.data_from,
        "data_until": row.data_until,
        "closings": row.closings,
        "promoted_at": row.promoted_at,
        "judged": row.figures.get("judged"),
        "before": row.figures.get("before"),
        "kept": bool(row.file),
    }


def _state_label(row: RouterVersion) -> Any:
    """Its state in words; one that was judged by a handful of matters is not called worse."""
    asked = (row.figures.get("judged") or {}).get("asked", FEWEST_JUDGED)
    if row.state == VersionState.REJECTED and asked < FEWEST_JUDGED:
        return gettext("Too few closed matters yet to tell whether it is better")
    return row.get_state_display()


def _automatic() -> list[dict[str, Any]]:
    rows = AutomaticAssignment.objects.select_related("category").order_by("category__path")
    return [
        {"category": row.category.code, "label": row.category.label, "enabled": row.enabled, "threshold": row.threshold}
        for row in rows
    ]


def _named(figures: dict[str, Any]) -> dict[str, Any]:
    """The report with names beside its codes, in the reader's language."""
    return {
        **figures,
        "confusion": [
            {
                **row,
                "proposed_label": choices.department_label(row["proposed"]),
                "answered_label": choices.department_label(row["answered"]),
            }
            for row in figures["confusion"]
        ],
        "corrected": [{**row, "label": choices.category_label(row["category"])} for row in figures["corrected"]],
        "drift": [{**row, "label": choices.department_label(row.get("unit", ""))} for row in figures["drift"]],
    }
