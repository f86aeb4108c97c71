"""Where a new petition belongs: what it repeats, and the group of like matters it joins. Found in milliseconds.

The indexes live in the one worker process of the queue `learning`. They are made from the database when it starts
and grow by one petition at a time; what they find is kept in tables, so that everybody else only reads.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from directory.models import PetitionKind
from dispatch.router.duplicates import DuplicateIndex, Match, Message
from dispatch.router.topics import Post, TopicIndex
from petitions.models import Petition

# Open matters are older than this only on the pending ledger; topics look back 90 days and the 90 before.
KEPT = timedelta(days=180)
MOST = 200_000  # petitions held, the latest
# On record with their groups already: only the latest go through the slower topic index again after a restart.
TOPICS_REBUILT = 10_000
RESEMBLES = 0.4  # from here a petition is worth showing beside another; from duplicates.LIKELY it is the same matter
MOST_FOUND = 10
BATCH = 500
LATE = 1000  # numbers below the last one in which a row committed late is still looked for
COLUMNS = ("pk", "title", "text", "submitted_at", "area__code", "contact__phone_index", "placement__group")


@dataclass(frozen=True)
class Found:
    """What was found out about one new petition. `bound`: petitions that are one group with it from now on."""

    petition_id: int
    bound: tuple[int, ...]
    matches: tuple[Match, ...]


@dataclass
class Indexes:
    """The indexes of this process, and how far they have read."""

    messages: DuplicateIndex = field(default_factory=DuplicateIndex)
    topics: TopicIndex = field(default_factory=TopicIndex)
    order: deque[tuple[int, datetime]] = field(default_factory=deque)
    last: int = 0
    topics_from: int = 0
    # Handed out to be kept; given out again when that failed, because the indexes know these petitions by then.
    unkept: list[Found] = field(default_factory=list)

    def take_in(self, row: tuple[Any, ...]) -> Found | None:
        """Add one petition; say what it is like when that is not on record yet."""
        pk, title, text, at, area, person, group = row
        day = at.timestamp() / 86400
        message = Message(key(pk), title, text, day, area, person)
        matches = () if group is not None else tuple(self.messages.find(message, RESEMBLES, MOST_FOUND))
        self.messages.add(message)
        if group is None or pk >= self.topics_from:
            self.topics.add(Post(key(pk), title, text, day, area, person))
        self.order.append((pk, at))
        self.last = max(self.last, pk)
        return Found(pk, self._bound(pk), matches) if group is None else None

    def _bound(self, pk: int) -> tuple[int, ...]:
        """The neighbours that are in one group with it now."""
        mine = self.topics.group_of(key(pk))
        linked = self.topics.members[key(pk)].linked
        return tuple(int(other) for other in linked if self.topics.group_of(other) == mine)

    def forget(self, now: datetime) -> None:
        """Drop what is too old or too much."""
        oldest = now - KEPT
        while self.order and (self.order[0][1] < oldest or len(self.order) > MOST):
            pk, _at = self.order.popleft()
            self.messages.remove(key(pk))
        self.topics.forget_before(oldest.timestamp() / 86400)


class _Kept:
    """The indexes of this process, once it was asked for them, and the day they were last cleared."""

    indexes: Indexes | None = None
    cleared: Any = None


_BUSY = threading.Lock()


def reset() -> None:
    """Forget the indexes of this process."""
    _Kept.indexes = _Kept.cleared = None


def key(pk: int) -> str:
    """The name under which the indexes know a petition: in the order of the numbers."""
    return f"{pk:012d}"


def waiting(now: datetime, *, seconds: float) -> Iterator[list[Found]]:
    """Take in what this process has not seen yet, batch by batch, for so long; yield what is new on record.

    Nothing when another thread is at it: that one finds the same.
    """
    if not _BUSY.acquire(blocking=False):
        return
    try:
        yield from _take_in(now, seconds)
    finally:
        _BUSY.release()


def _take_in(now: datetime, seconds: float) -> Iterator[list[Found]]:
    if _Kept.indexes is None:
        _Kept.indexes = Indexes(last=_latest_but(now, MOST), topics_from=_latest_but(now, TOPICS_REBUILT))
    indexes = _Kept.indexes
    if _Kept.cleared != now.date():
        indexes.forget(now)
        _Kept.cleared = now.date()
    until = time.monotonic() + seconds
    if indexes.unkept:
        yield indexes.unkept
        indexes.unkept = []
    while rows := _next(indexes, now):
        indexes.unkept = [found for row in rows if (found := indexes.take_in(row)) is not None]
        yield indexes.unkept
        indexes.unkept = []
        if time.monotonic() >= until:
            return


def _latest_but(now: datetime, most: int) -> int:
    """The number before the latest `most` petitions; 0 where there are no more than those."""
    beyond = _eligible(now).order_by("-pk").values_list("pk", flat=True)[most : most + 1]
    return next(iter(beyond), 0)


def _eligible(now: datetime) -> QuerySet[Petition]:
    """Open and recent matters. Accusations are compared with nothing (DOMAIN.md: nobody else may learn of them)."""
    return Petition.objects.filter(restricted=False, submitted_at__gte=now - KEPT).exclude(kind=PetitionKind.ACCUSATION)


def _next(indexes: Indexes, now: datetime) -> list[tuple[Any, ...]]:
    """The next petitions that this process has not seen, the oldest first; those committed late among them."""
    late = _eligible(now).filter(pk__gt=indexes.last - LATE, pk__lte=indexes.last).order_by("pk")
    missed = [pk for pk in late.values_list("pk", flat=True) if key(pk) not in indexes.messages.numbers]
    ahead = _eligible(now).filter(pk__gt=indexes.last).order_by("pk")
    rows: list[tuple[Any, ...]] = []
    if missed:
        rows += Petition.objects.filter(pk__in=missed).order_by("pk").values_list(*COLUMNS)
    rows += ahead.values_list(*COLUMNS)[:BATCH]
    return rows


def closeness(pk: int, among: Collection[int]) -> float:
    """How much a petition has in common with these others, as far as this process has read."""
    member = _Kept.indexes.topics.members.get(key(pk)) if _Kept.indexes is not None else None
    return sum(score for other, score in member.linked.items() if int(other) in among) if member else 0.0
