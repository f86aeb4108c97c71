"""Published petitions that resemble what somebody is writing, so that it can be followed instead."""

from __future__ import annotations

from collections import Counter

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F

from petitions import search
from petitions.models import Petition

MOST_WORDS = 12
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
        .filter(search=query)
        .annotate(rank=SearchRank(F("search"), query))
        .filter(rank__gte=ENOUGH)
        .only("id", "reference", "public_title", "state")
        .order_by("-rank")[:limit]
    )
