"""Keeping what a new petition repeats and which group it joined; keeping hot topics, and telling of growing ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from petitions.actions.learning import offices, tell_offices
from petitions.learning import topics
from petitions.learning.placing import Found
from petitions.models import HotTopic, Petition, Placement, SameMatter


@transaction.atomic
def place(*, found: Sequence[Found], now: datetime) -> int:
    """Keep where new petitions belong; return how many were new. Told twice, it is kept once."""
    if not found:
        return 0
    alive = set(Petition.objects.filter(pk__in=_named(found)).values_list("pk", flat=True))
    known = dict(Placement.objects.filter(pk__in=_named(found)).values_list("pk", "group"))
    new, matches = [], []
    for each in found:
        if each.petition_id in known or each.petition_id not in alive:
            continue
        group = _join(each, known)
        known[each.petition_id] = group
        new.append(Placement(petition_id=each.petition_id, group=group, at=now))
        matches += [
            SameMatter(petition_id=each.petition_id, earlier_id=pk, score=match.score, same_person=match.same_person)
            for match in each.matches
            if (pk := int(match.id)) in alive
        ]
    for placement in new:  # a later one may have bound the group of an earlier one
        placement.group = known[placement.pk]
    Placement.objects.bulk_create(new, ignore_conflicts=True)
    SameMatter.objects.bulk_create(matches, ignore_conflicts=True)
    return len(new)


def _named(found: Sequence[Found]) -> set[int]:
    return {pk for each in found for pk in (each.petition_id, *each.bound, *(int(match.id) for match in each.matches))}


def _join(each: Found, known: dict[int, int]) -> int:
    """The group it falls into; groups that it binds together become the oldest of them."""
    groups = {each.petition_id, *(known[pk] for pk in each.bound if pk in known)}
    oldest = min(groups)
    rest = groups - {oldest, each.petition_id}
    if rest:
        Placement.objects.filter(group__in=rest).update(group=oldest)
        known.update({pk: oldest for pk, group in known.items() if group in rest})
    return oldest


@transaction.atomic
def keep_topics(*, now: datetime) -> int:
    """Reckon the hot topics of every window anew, keep them, tell of those that grow fast; return how many."""
    kept = 0
    for days in topics.WINDOWS:
        found = topics.hottest(now, days)
        HotTopic.objects.filter(days=days).exclude(group__in=[topic.group for topic in found]).delete()
        columns = [f.name for f in HotTopic._meta.concrete_fields if f.name not in ("id", "days", "group")]
        HotTopic.objects.bulk_create(
            found, update_conflicts=True, unique_fields=["days", "group"], update_fields=columns
        )
        kept += len(found)
        if days == topics.WINDOWS[0]:
            for topic in filter(topics.growing_fast, found):
                _tell(topic, now)
    return kept


def _tell(topic: HotTopic, now: datetime) -> int:
    """Tell the dispatchers and supervisors of the place, once a week for each topic."""
    area = topic.area
    words: dict[str, Any] = {"people": topic.people, "before": topic.before, "title": topic.title, "days": topic.days}
    return tell_offices(
        event=f"topic:{topic.group}:{now:%G-%V}",
        people=offices(area.lineage()) if area is not None else [],
        subject=lambda: _("A topic grows fast: %(title)s") % words,
        body=lambda: _("%(people)d people in %(days)d days, %(before)d in the %(days)d days before.") % words,
        url="/desk/topics/",
        now=now,
    )
