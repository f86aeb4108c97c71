"""What the desks look up beside one matter. Reads only, and only through `visible_to`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Q

from desks.models import ReplyTemplate
from directory import queries
from petitions import search
from petitions.models import Petition

MOST_WORDS = 10
ENOUGH = 0.05
LOOKED_BACK = timedelta(days=365)


def templates_for(department_id: int | None) -> list[ReplyTemplate]:
    """Return everybody's templates and the unit's own; one SELECT."""
    mine = Q(department=None) | Q(department_id=department_id)
    return list(ReplyTemplate.objects.filter(mine, is_active=True)[:12])


def similar_matters(petition: Petition, user: Any, *, limit: int = 5) -> list[Petition]:
    """Return matters of the past year in the same sub-district, readable by `user`, that share its telling words.

    Those are words that few petitions hold, the longest first: a word of every fifth petition finds too many to rank.
    """
    words = [word for word in search.words(f"{petition.title} {petition.text}") if len(word) > 1]
    if len(words) < 3:
        return []
    common = Petition.objects.common_words("search")
    telling = sorted(dict.fromkeys(words), key=lambda word: (word in common, -len(word)))[:MOST_WORDS]
    query = SearchQuery(" | ".join(f"'{word}'" for word in telling), config="simple", search_type="raw")
    district = queries.areas_under(".".join(petition.area.lineage()[:3]) + ".")
    return list(
        Petition.objects.visible_to(user)
        .filter(search=query, area_id__in=district, restricted=False)
        .filter(submitted_at__gte=petition.submitted_at - LOOKED_BACK)
        .exclude(pk=petition.pk)
        .annotate(rank=SearchRank(F("search"), query))
        .filter(rank__gte=ENOUGH)
        .defer("search", "text")
        .order_by("-rank")[:limit]
    )


def others_of_resident(petition: Petition, user: Any, *, limit: int = 10) -> list[Petition]:
    """Return what the same telephone number asked for besides, as far as `user` may read it."""
    index = petition.contact.phone_index
    if not index or petition.restricted:
        return []
    return list(
        Petition.objects.visible_to(user)
        .filter(contact__phone_index=index, restricted=False)
        .exclude(pk=petition.pk)
        .defer("search", "text")
        .order_by("-id")[:limit]
    )
