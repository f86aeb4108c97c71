"""Which department is responsible? Candidates with a probability and a reason; no web needed."""

from dispatch.router.accusations import looks_like_accusation
from dispatch.router.ranking import rank
from dispatch.router.snapshot import Directory
from dispatch.router.types import (
    Candidate,
    CategoryInfo,
    DepartmentInfo,
    Matter,
    Ranking,
    Reason,
    Rule,
)

__all__ = [
    "Candidate",
    "CategoryInfo",
    "DepartmentInfo",
    "Directory",
    "Matter",
    "Ranking",
    "Reason",
    "Rule",
    "looks_like_accusation",
    "rank",
]
