"""What is like what: published petitions for somebody who is writing, and like matters on record for staff.

For staff the worker of the queue `learning` has compared each petition with all others when it came in
(`learning.placing`); reading that is one SELECT. What is being written is compared with published ones by the index
of words, without any state in the web process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Q

from accounts.models import User
from dispatch.router.duplicates import LIKELY
from petitions import search
from petitions.models import Petition, SameMatter

MOST_WORDS = 12
MOST_LIKE = 30
ENOUGH = 0.04  # ts_rank below this: a word or two in common, which all complaints have


def similar_to(text: str, *, limit: int = 3) -> list[Petition]:
    """Return up to `limit` published petitions that share the longest words of `text`, the closest first.

    One SELECT, by the GIN index; only public fields of what it returns may be shown.
    """
    words = [word for word in search.words(text) if len(word) > 1]
    if len(words) < 3:
        return []
    rare = sorted(Counter(words), key=len, reverse=True)[:MOST_WORDS]
    query = SearchQuery(" | ".join(f"'{word}'" for word in rare), config="simple", search_type="raw")
    return list(
        Petition.objects.published()
        .filter(public_search=query)
        .annotate(rank=SearchRank(F("public_search"), query))
        .filter(rank__gte=ENOUGH)
        .only("id", "reference", "public_title", "state")
        .order_by("-rank")[:limit]
    )


@dataclass(frozen=True)
class Like:
    """A petition beside the one asked about. `same_matter`: so like it that merging suggests itself."""

    petition: Petition
    score: float
    same_matter: bool
    same_person: bool


def on_record(petition: Petition, user: User) -> list[Like]:
    """Return the petitions like this one that the user may read, the likest first; one SELECT.

    Both those before it and those that came after. Empty until the petition has been placed.
    """
    rows = SameMatter.objects.filter(Q(petition=petition) | Q(earlier=petition)).order_by("-score", "-pk")
    found = {(row.earlier_id if row.petition_id == petition.pk else row.petition_id): row for row in rows[:MOST_LIKE]}
    visible = Petition.objects.visible_to(user).filter(pk__in=found, restricted=False)
    others = visible.defer("search", "text").in_bulk()
    return [
        Like(others[pk], round(row.score, 3), row.score >= LIKELY, row.same_person)
        for pk, row in found.items()
        if pk in others
    ]


def main_of(petition: Petition, likes: Iterable[Like]) -> Petition | None:
    """The petition that this one would be merged into by one key: the oldest open one about the same matter."""
    same = [like.petition for like in likes if like.same_matter and like.petition.is_open]
    oldest = min(same, key=lambda other: other.pk, default=None)
    return oldest if oldest is not None and oldest.pk < petition.pk else None
