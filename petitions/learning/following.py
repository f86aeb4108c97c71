"""The router in use in this process, kept following: what was closed since it was trained is learned within a minute.

Every process reads the same closings from the journal by itself, so that no state is shared and none can be lost.
"""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta

from dispatch import router, versions
from dispatch.router.model import RouterModel
from dispatch.versions import InUse
from journal.models import Entry
from petitions.learning import closings
from petitions.lifecycle import MATTER

SECONDS = 60.0
# Rows committed late by another transaction are still seen; those seen already are passed over.
OVERLAP = timedelta(minutes=2)
REMEMBERED, REMEMBERED_FOR = 3000, timedelta(days=180)  # latest closings whose words stay in memory: a second to load
BATCH = 1000  # closings taken in at one go, so that no petition waits longer than about a second


class _Following:
    """How far this process has read for the model it has loaded."""

    model: RouterModel | None = None
    trained_at: datetime | None = None
    until: datetime | None = None
    seen: frozenset[int] = frozenset()
    again_at = -math.inf


def in_use(directory: router.Directory) -> InUse:
    """Return the version in use, up to date with the closings of the last minute; no SQL in between."""
    found = versions.in_use()
    if found.model is not None and found.row is not None:
        _follow(found.model, found.row.trained_at, directory)
    return found


def _follow(model: RouterModel, trained_at: datetime, directory: router.Directory) -> None:
    if _Following.model is not model:
        _Following.model, _Following.seen = model, frozenset()
        _Following.trained_at = _Following.until = trained_at
        _Following.again_at = -math.inf
        # So that a candidate can be shown with cases it resembles: the words are not in the model's file.
        for closing in closings.latest(trained_at - REMEMBERED_FOR, trained_at, REMEMBERED):
            model.remember(closing)
    if time.monotonic() < _Following.again_at:
        return
    _Following.again_at = time.monotonic() + SECONDS
    _take_in(model, directory)


def _take_in(model: RouterModel, directory: router.Directory) -> None:
    """Learn from the replies passed on since the last look, the oldest first."""
    trained_at, since = _Following.trained_at, _Following.until
    if trained_at is None or since is None:
        return
    # What was closed before the training is in the model already.
    start = max(trained_at, since - OVERLAP)
    rows = Entry.objects.filter(action="approve_reply", at__gt=start, matter_type=MATTER)
    fresh = list(rows.order_by("at", "pk").values_list("pk", "matter_id", "at")[: BATCH + len(_Following.seen)])
    ids = [matter for pk, matter, _at in fresh if pk not in _Following.seen]
    for closing in closings.of_petitions(ids):
        model.observe(closing, directory)
        model.remember(closing)
    if fresh:
        _Following.until = max(since, fresh[-1][2])
        _Following.seen = frozenset(pk for pk, _matter, at in fresh if at > _Following.until - OVERLAP)


def look_again() -> None:
    """Read the journal at the next question instead of after a minute."""
    _Following.again_at = -math.inf


def reset() -> None:
    """Forget how far this process has read."""
    _Following.model, _Following.again_at = None, -math.inf
