"""Hot topics of a window, reckoned from the groups on record: five SELECTs, however many petitions there are."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from petitions.learning.placing import closeness
from petitions.lifecycle import Publication
from petitions.models import HotTopic, Placement, Support

WINDOWS = (7, 30, 90)  # days
MOST = 50
FEWEST_PEOPLE = 2
FEWEST_PUBLIC = 2  # published petitions that make a topic public: one alone would be somebody's case
READ = 200  # latest petitions of a group that are read for title and place
ALERT_PEOPLE, ALERT_GROWTH = 5, 2.0


@dataclass(frozen=True)
class Member:
    """A petition of a group, as far as a topic shows it."""

    pk: int
    title: str
    public_title: str
    published: bool
    person: str
    area: int
    at: datetime


def hottest(now: datetime, days: int) -> list[HotTopic]:
    """The hottest groups of the last `days`, unsaved, the hottest first."""
    counted = _counted(now - timedelta(days=days), now)
    groups = [row["group"] for row in counted]
    before = _people(groups, now - timedelta(days=2 * days), now - timedelta(days=days))
    members = _members(groups, now - timedelta(days=days), now)
    likes = _likes(groups, now - timedelta(days=days), now)
    topics = [
        _topic({**row, "before": before[row["group"]], "likes": likes[row["group"]]}, members[row["group"]], days, now)
        for row in counted
    ]
    return sorted(topics, key=lambda topic: (-topic.hotness, topic.group))


def growing_fast(topic: HotTopic) -> bool:
    """Whether staff should be told: enough people, and many more than in the window before."""
    return topic.people >= ALERT_PEOPLE and topic.growth >= ALERT_GROWTH


def _placed(since: datetime, until: datetime) -> QuerySet[Placement]:
    inside = {"petition__submitted_at__gt": since, "petition__submitted_at__lte": until}
    return Placement.objects.filter(petition__restricted=False, **inside)


def _counted(since: datetime, until: datetime) -> list[dict[str, Any]]:
    people = Count("petition__contact__phone_index", distinct=True)
    found = _placed(since, until).values("group").annotate(messages=Count("pk"), people=people)
    rows = found.filter(people__gte=FEWEST_PEOPLE).order_by("-people", "-messages", "group")[:MOST]
    return [dict(row) for row in rows]


def _people(groups: Sequence[int], since: datetime, until: datetime) -> dict[int, int]:
    people = Count("petition__contact__phone_index", distinct=True)
    rows = _placed(since, until).filter(group__in=groups).values("group").annotate(people=people)
    return defaultdict(int, {row["group"]: row["people"] for row in rows})


def _likes(groups: Sequence[int], since: datetime, until: datetime) -> dict[int, int]:
    """How many residents stand behind the published petitions of each group, each counted once."""
    group = "petition__placement__group"
    found = Support.objects.filter(at__gt=since, at__lte=until, petition__publication=Publication.PUBLISHED)
    rows = found.filter(**{f"{group}__in": groups}).values(group).annotate(likes=Count("user", distinct=True))
    return defaultdict(int, {row[group]: row["likes"] for row in rows})


def _members(groups: Sequence[int], since: datetime, until: datetime) -> dict[int, list[Member]]:
    columns = (
        *("group", "pk", "petition__title", "petition__public_title", "petition__publication"),
        *("petition__contact__phone_index", "petition__area_id", "petition__submitted_at"),
    )  # fmt: skip
    rows = _placed(since, until).filter(group__in=groups).order_by("-pk").values_list(*columns)[: MOST * READ]
    found: dict[int, list[Member]] = defaultdict(list)
    for group, pk, title, public_title, publication, person, area, at in rows:
        published = publication == Publication.PUBLISHED
        found[group].append(Member(pk, title, public_title, published, person, area, at))
    return found


def _topic(row: dict[str, Any], members: list[Member], days: int, now: datetime) -> HotTopic:
    public = [member for member in members if member.published]
    is_public = len(public) >= FEWEST_PUBLIC
    return HotTopic(
        days=days,
        group=row["group"],
        title=_most_typical(members).title,
        area_id=Counter(member.area for member in members).most_common(1)[0][0],
        messages=row["messages"],
        people=row["people"],
        before=row["before"],
        likes=row["likes"],
        growth=round((row["people"] + 1) / (row["before"] + 1), 2),
        # People weigh most: one writing often is one voice, and a supporter is a small one, as in `router.topics`.
        hotness=round(row["people"] + 0.5 * math.sqrt(row["likes"]) + 0.1 * math.log1p(row["messages"]), 3),
        first_at=min(member.at for member in members),
        last_at=max(member.at for member in members),
        public_title=_most_typical(public).public_title if is_public else "",
        public_messages=len(public) if is_public else 0,
        public_people=len({member.person for member in public}) if is_public else 0,
        updated_at=now,
    )


def _most_typical(members: Iterable[Member]) -> Member:
    """The one that has most in common with the others: what a reader would call the matter."""
    known = list(members)
    numbers = {member.pk for member in known}
    return min(known, key=lambda m: (-closeness(m.pk, numbers), len(m.title), m.pk))
