"""What the desks look up beside one matter. Reads only, and only through `visible_to`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Q

from desks.models import ReplyTemplate
from directory import queries
from directory.models import Area
from journal.models import Entry
from petitions import search
from petitions.lifecycle import MATTER
from petitions.models import Petition

LEAST_WORDS, MOST_WORDS = 3, 10
MOST_HELD = 0.05  # of all petitions: so many may hold one of the words looked for
ENOUGH = 0.03  # ts_rank: half of the words, for all of them once gives 0.06
LOOKED_BACK = timedelta(days=365)


def templates_for(department_id: int | None) -> list[ReplyTemplate]:
    """Return everybody's templates and the unit's own; one SELECT."""
    mine = Q(department=None) | Q(department_id=department_id)
    return list(ReplyTemplate.objects.filter(mine, is_active=True)[:12])


def similar_matters(petition: Petition, user: Any, *, limit: int = 5) -> list[Petition]:
    """Return matters of the past year in the same sub-district, readable by `user`, that share its telling words.

    Those are the words that the fewest petitions hold: a word of every fifth petition finds too many to rank.
    """
    words = search.segmented(f"{petition.title} {petition.text}")
    chosen = telling([word for word in words if not word.isdecimal()])  # a house number tells nothing of what it is
    if len(chosen) < LEAST_WORDS:
        return []
    query = SearchQuery(" | ".join(f"'{word}'" for word in chosen), config="simple", search_type="raw")
    area = petition.area
    above = area.lineage()[:-1] if area.level == Area.Level.COMMUNITY else area.lineage()
    neighbours = queries.areas_under(".".join(above) + ".")
    return list(
        Petition.objects.visible_to(user)
        .filter(search=query, area_id__in=neighbours, restricted=False)
        .filter(submitted_at__gte=petition.submitted_at - LOOKED_BACK)
        .exclude(pk=petition.pk)
        .annotate(rank=SearchRank(F("search"), query))
        .filter(rank__gte=ENOUGH)
        .defer("search", "text")
        .order_by("-rank")[:limit]
    )


def telling(words: Sequence[str]) -> list[str]:
    """The rarest of these words, the longest of equally rare ones first: three, and more while few hold any of them."""
    shares = Petition.objects.common_words("search")
    found: list[str] = []
    held = 0.0
    for word in sorted(words, key=lambda word: (shares.get(word, 0.0), -len(word)))[:MOST_WORDS]:
        held += shares.get(word, 0.0)
        if held > MOST_HELD and len(found) >= LEAST_WORDS:
            break
        found.append(word)
    return found


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


def last_proposals(petitions: Collection[int]) -> dict[int, Entry]:
    """Return, by the petition's number, the journal entry that last proposed its public text, with its actor."""
    found = Entry.objects.filter(matter_type=MATTER, matter_id__in=petitions, action="propose_publication")
    found = found.select_related("actor").defer("actor__phone")  # the number is not shown, and would be deciphered
    return {entry.matter_id: entry for entry in found.order_by("matter_id", "-id").distinct("matter_id")}
