"""The router's answer in this application's terms: from the directory's snapshot in, rows and units out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from directory import queries
from directory.models import Category, Department
from directory.snapshot import Snapshot
from dispatch import router
from petitions.learning import following
from petitions.models import Petition

KEPT_CANDIDATES = 5


def _build(snapshot: Snapshot) -> router.Directory:
    return router.Directory(
        areas={code: area.parent for code, area in snapshot.areas.items()},
        categories={c.code: (c.parent, c.name, c.keywords, c.restricted) for c in snapshot.categories.values()},  # type: ignore[misc]
        departments={
            d.code: (d.name, d.area, d.active_from, d.active_until, d.successor)  # type: ignore[misc]
            for d in snapshot.departments.values()
        },
        rules=[
            router.Rule(
                id=r.id,
                category=r.category,
                area=r.area,
                lead=r.lead,
                co_units=r.co_units,
                valid_from=r.valid_from,
                valid_until=r.valid_until,
                priority=r.priority,
                weight=r.weight,
            )
            for r in snapshot.rules
        ],
    )


class _Built:
    """The router's directory for the snapshot in use: built once, and anew when the snapshot is another object."""

    snapshot: Snapshot | None = None
    directory: router.Directory | None = None


def directory() -> router.Directory:
    """Return the router's directory with its indexes; costs nothing while the master data stay the same."""
    snapshot = queries.snapshot()
    if _Built.snapshot is not snapshot or _Built.directory is None:
        _Built.directory, _Built.snapshot = _build(snapshot), snapshot
    return _Built.directory


@dataclass(frozen=True)
class View:
    """What the router thinks: candidates as plain rows with reasons, and whether it may assign by itself."""

    version: str
    categories: list[dict[str, Any]]
    departments: list[dict[str, Any]]
    automatic: bool
    accusation: bool
    held: list[dict[str, Any]] = field(default_factory=list)

    @property
    def category(self) -> Category | None:
        """The category it would give."""
        return queries.category_by_code(self.categories[0]["code"]) if self.categories else None

    def unit(self, on: date) -> Department | None:
        """The unit it would assign to, if it is in force on that day."""
        unit = queries.department_by_code(self.departments[0]["code"]) if self.departments else None
        return unit if unit is not None and unit.is_in_force(on) else None

    def co_units(self, on: date) -> list[Department]:
        """The co-units it proposes beside the first candidate."""
        found = [queries.department_by_code(code) for code in self.departments[0]["co_units"]]
        return [unit for unit in found if unit is not None and unit.is_in_force(on)]


def view_of(petition: Petition) -> View:
    """Let the router look at one petition: list, text and history; the list alone while nothing was trained.

    A trained router that cannot be loaded assigns nothing: its petitions go to triage with the list's candidates.
    """
    return view_for(matter_of(petition))


def view_for(matter: router.Matter) -> View:
    """The same for a matter that need not be a petition: administrators ask who would get it."""
    known = directory()
    in_use = following.in_use(known)
    ranking = router.rank(matter, known, in_use.model)
    held = [_reason(reason) for reason in ranking.held]
    if in_use.problem:
        held.append({"code": "model_unavailable", "problem": in_use.problem})
    enabled, threshold = in_use.automatic(_lineage(ranking, known))
    return View(
        version=ranking.version,
        categories=[_row(c) for c in ranking.categories[:KEPT_CANDIDATES]],
        departments=[_row(c) for c in ranking.departments[:KEPT_CANDIDATES]],
        automatic=enabled and not held and ranking.automatic(threshold),
        accusation=any(reason.code in {"accusation", "restricted"} for reason in ranking.held),
        held=held,
    )


def matter_of(petition: Petition) -> router.Matter:
    """The petition as the router is asked about it."""
    return router.Matter(
        title=petition.title,
        text=petition.text,
        category=petition.category.code if petition.category else None,
        area=petition.area.code,
        at=petition.submitted_at,
        channel=petition.channel,
        kind=petition.kind,
    )


def _lineage(ranking: router.Ranking, known: router.Directory) -> tuple[str, ...]:
    """The likeliest category and its parents, by which automatic assignment is switched."""
    return known.category_chains.get(ranking.categories[0].code, ()) if ranking.categories else ()


def _reason(reason: router.Reason) -> dict[str, Any]:
    """A reason as it is stored: code and parameters. Numbers of cases are told from counts of cases."""
    if reason.code == "similar":
        return {"code": reason.code, "cases_like": list(reason.params.get("cases", ()))}
    return {"code": reason.code, **reason.params}


def _row(candidate: router.Candidate) -> dict[str, Any]:
    return {
        "code": candidate.code,
        "score": round(candidate.score, 4),
        "reasons": [_reason(reason) for reason in candidate.reasons],
        "co_units": list(candidate.co_units),
    }
