"""How the router did on what was closed lately: by week, by certainty, by unit and category, and what has drifted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from petitions.learning.closings import CHUNK, answered

WEEKS = 12
MOST = 100_000  # latest closings counted
LATELY = timedelta(weeks=2)
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
LISTED = 15
ENOUGH = 20  # cases below which a share says nothing
ACCURACY_DROP, SHARE_MOVED, NEW_UNIT_SHARE = 0.05, 0.2, 0.02


@dataclass(frozen=True)
class Case:
    """One closed matter as the router saw it when it came in."""

    closed: datetime
    first: str
    three: tuple[str, ...]
    score: float
    assigned: bool
    unit: str
    category: str

    @property
    def right(self) -> bool:
        """Whether the first candidate is who finally answered."""
        return self.first == self.unit


def reckon(now: datetime) -> dict[str, Any]:
    """Return the figures of the last weeks, as plain data; one SELECT read in chunks."""
    cases = list(_cases(now - timedelta(weeks=WEEKS), now))
    return {
        "from": (now - timedelta(weeks=WEEKS)).isoformat(),
        "closings": len(cases),
        "weeks": weeks(cases),
        "coverage": coverage(cases),
        "confusion": confusion(cases),
        "corrected": corrected(cases),
        "drift": drift(cases, now),
    }


def _cases(since: datetime, now: datetime) -> Iterable[Case]:
    columns = ("replied_at", "routing__departments", "routing__assigned", "unit", "category__code")
    found = answered().filter(replied_at__gte=since, replied_at__lt=now, routing__isnull=False)
    rows = found.order_by("-replied_at", "-pk").values_list(*columns)[:MOST]
    for closed, units, assigned, unit, category in rows.iterator(chunk_size=CHUNK):
        codes = tuple(row["code"] for row in units[:3])
        score = float(units[0]["score"]) if units else 0.0
        yield Case(closed, codes[0] if codes else "", codes, score, assigned, unit, category or "")


def weeks(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """By week: how many, how often the first candidate was right, one of three, and what was assigned by itself."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        monday = timezone.localtime(case.closed).date()
        found.setdefault((monday - timedelta(days=monday.weekday())).isoformat(), []).append(case)
    return [
        {
            "week": week,
            "closings": len(held),
            "top1": _share(case.right for case in held),
            "top3": _share(case.unit in case.three for case in held),
            "automatic": _share(case.assigned for case in held),
            "automatic_right": _share(case.right for case in held if case.assigned),
        }
        for week, held in sorted(found.items())
    ]


def coverage(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """At each certainty: what share would be assigned without a person, and how much of that is right."""
    rows = []
    for threshold in THRESHOLDS:
        sure = [case for case in cases if case.score >= threshold]
        rows.append(
            {
                "threshold": threshold,
                "covered": round(len(sure) / len(cases), 4) if cases else None,
                "right": _share(case.right for case in sure),
            }
        )
    return rows


def confusion(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Which unit was proposed first where another answered, the commonest first."""
    pairs = Counter((case.first, case.unit) for case in cases if case.first and not case.right)
    return [{"proposed": a, "answered": b, "times": n} for (a, b), n in pairs.most_common(LISTED)]


def corrected(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """The categories in which the first candidate was most often wrong."""
    seen = Counter(case.category for case in cases)
    wrong = Counter(case.category for case in cases if not case.right)
    return [{"category": code, "wrong": n, "of": seen[code]} for code, n in wrong.most_common(LISTED)]


def drift(cases: Sequence[Case], now: datetime) -> list[dict[str, Any]]:
    """What has changed of late: accuracy, the mix of categories, units that did not answer before."""
    late = [case for case in cases if case.closed >= now - LATELY]
    early = [case for case in cases if case.closed < now - LATELY]
    if len(late) < ENOUGH or len(early) < ENOUGH:
        return []
    found: list[dict[str, Any]] = []
    before, lately = _share(case.right for case in early), _share(case.right for case in late)
    if before is not None and lately is not None and before - lately >= ACCURACY_DROP:
        found.append({"code": "accuracy", "before": before, "lately": lately})
    moved = _moved(Counter(case.category for case in early), Counter(case.category for case in late))
    if moved >= SHARE_MOVED:
        found.append({"code": "categories", "moved": round(moved, 3)})
    known = {case.unit for case in early}
    fresh = Counter(case.unit for case in late if case.unit not in known)
    found += [
        {"code": "new_unit", "unit": unit, "cases": n}
        for unit, n in fresh.most_common(5)
        if n >= NEW_UNIT_SHARE * len(late)
    ]
    return found


def _moved(one: Counter[str], other: Counter[str]) -> float:
    """How much of the mix has moved: half the sum of the differences of the shares."""
    a, b = max(one.total(), 1), max(other.total(), 1)
    return sum(abs(one[code] / a - other[code] / b) for code in one.keys() | other.keys()) / 2


def _share(hits: Iterable[bool]) -> float | None:
    known = list(hits)
    return round(sum(known) / len(known), 4) if known else None
