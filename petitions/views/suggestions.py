"""What a text seems to be about: category, place, department, emergency, accusation, similar matters. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from dispatch import router
from petitions import choices, emergencies, routing, similar
from petitions.learning import following
from petitions.models import Petition
from petitions.places_named import places_named

LONGEST = 5000
SHORTEST = 6
MOST_CATEGORIES = 3


@dataclass(frozen=True)
class Found:
    """All that the page may show beside the text."""

    categories: list[tuple[str, str]] = field(default_factory=list)
    places: list[tuple[str, str]] = field(default_factory=list)
    department: str = ""
    emergencies: list[str] = field(default_factory=list)
    accusation: bool = False
    similar: list[Petition] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.categories or self.places or self.emergencies or self.accusation or self.similar)


def for_text(text: str, *, area: str, now: datetime) -> Found:
    """Look at a text of at least a few words. Warm, at most one SELECT: for similar petitions."""
    text = text.strip()
    numbers = emergencies.numbers_for(text)
    if len(text) < SHORTEST:
        return Found(emergencies=numbers)
    if router.looks_like_accusation("", text):
        return Found(emergencies=numbers, accusation=True)
    matter = router.Matter(title="", text=text, category=None, area=area or None, at=now)
    known = routing.directory()
    ranking = router.rank(matter, known, following.in_use(known).model)
    return Found(
        categories=[(each.code, choices.category_label(each.code)) for each in ranking.categories[:MOST_CATEGORIES]],
        places=[(code, choices.area_label(code)) for code in places_named(text)],
        department=choices.department_label(ranking.departments[0].code) if ranking.departments else "",
        emergencies=numbers,
        similar=similar.similar_to(text),
    )
