"""Hot topics as their readers get them: staff by area, everybody by what is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from petitions.access import scope_of
from petitions.models import HotTopic, Petition
from stations.models import Station

SHOWN = 5  # petitions named beside a topic
READ = 2000  # placements read for that


def topics_for(user: User) -> QuerySet[HotTopic]:
    """Topics of the user's areas: offices with all below them, stations with their own."""
    scope = scope_of(user)
    seen = Q(pk__in=[])
    for path, _role in scope.unit.offices:
        seen |= Q(area__path__startswith=path)
    if stations := scope.officer_of | scope.head_of:
        seen |= Q(area__in=Station.objects.filter(pk__in=stations).values("area"))
    return HotTopic.objects.filter(seen).select_related("area").order_by("-hotness", "group")


def members(topics: Sequence[HotTopic], user: User) -> dict[int, list[Petition]]:
    """The latest petitions of each topic that the user may read; one SELECT."""
    return _latest(topics, Petition.objects.visible_to(user).filter(restricted=False))


def public_members(topics: Sequence[HotTopic]) -> dict[int, list[Petition]]:
    """The latest published petitions of each topic, with their public text only; one SELECT."""
    return _latest(topics, Petition.objects.published())


def _latest(topics: Sequence[HotTopic], petitions: Any) -> dict[int, list[Petition]]:
    first = min((topic.first_at for topic in topics), default=None)
    found: dict[int, list[Petition]] = defaultdict(list)
    if first is None:
        return found
    rows = petitions.filter(placement__group__in={topic.group for topic in topics}, submitted_at__gte=first)
    columns = ("pk", "reference", "title", "public_title", "state", "submitted_at", "placement__group")
    for petition in rows.select_related("placement").only(*columns).order_by("-pk")[:READ]:
        if len(held := found[petition.placement.group]) < SHOWN:
            held.append(petition)
    return found
