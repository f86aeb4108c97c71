"""The petitions' tasks: an id in, one action. Idempotent, so that a message delivered twice does nothing twice."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.db import OperationalError, transaction
from django.utils import timezone

from common.nudge import nudge
from petitions import actions
from petitions.actions import following, learning
from petitions.actions import placing as keeping
from petitions.actions.telling import tell as tell_now
from petitions.learning import placing
from petitions.models import Petition

logger = logging.getLogger(__name__)
BATCH = 200
ROUND_SECONDS = 25.0  # beat comes again after 30
# A message that was not lost arrives within seconds; what is older than this was stranded.
STRANDED_AFTER = timedelta(seconds=30)
RETRY: Any = {"autoretry_for": (OperationalError,), "retry_backoff": 2, "retry_backoff_max": 60, "max_retries": 5}


@shared_task(name="petitions.tasks.route", ignore_result=True, **RETRY)
def route(*petition_ids: int) -> None:
    """Let the router look at petitions, at each once and in a transaction of its own."""
    for petition in Petition.objects.filter(pk__in=petition_ids).only("pk").order_by("pk"):
        actions.route(petition=petition, now=timezone.now())
    nudge("petitions.tasks.place")


@shared_task(name="petitions.tasks.tell", ignore_result=True, **RETRY)
def tell(*petition_ids: int) -> None:
    """Tell the people concerned what has happened to these petitions."""
    tell_now(now=timezone.now(), petition_ids=petition_ids)


@shared_task(name="petitions.tasks.replay_stranded", ignore_result=True)
def replay_stranded() -> int:
    """Route and tell whatever a lost message left behind; return how many. Safe to run twice at once."""
    now, end = timezone.now(), time.monotonic() + ROUND_SECONDS
    routed = _route_stranded(now, end)
    told = 0
    while count := tell_now(now=now, limit=BATCH):
        told += count
        if time.monotonic() >= end:  # one process is enough: what comes in now must not wait behind what was left
            break
    return routed + told


def _route_stranded(now: datetime, end: float) -> int:
    """Route each petition in a transaction of its own, so that one that fails does not hold up the others.

    Goes on until none is left or the next round begins: after an hour without Redis thousands are stranded.
    """
    stranded = Petition.objects.unrouted().filter(submitted_at__lt=now - STRANDED_AFTER).only("pk").order_by("pk")
    last, routed = 0, 0
    while time.monotonic() < end and (batch := list(stranded.filter(pk__gt=last)[:BATCH])):
        for petition in batch:
            last = petition.pk
            try:
                actions.route(petition=petition, now=now)
                routed += 1
            except Exception:
                logger.exception("petition %s could not be routed", petition.pk)
    return routed


@shared_task(name="petitions.tasks.sweep_clock", ignore_result=True)
def sweep_clock() -> int:
    """Give every alert that petitions owe, conclude and archive what is due; return how many."""
    now, given = timezone.now(), 0
    while (batch := _sweep_batch(now)) is not None:
        given += batch
    return given


@transaction.atomic
def _sweep_batch(now: datetime) -> int | None:
    """Handle one batch; None when nothing is due."""
    due = Petition.objects.due(now).select_related("area", "category", "contact").defer("search", "text")
    petitions = list(due.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    return actions.give_alerts(petitions, now).given if petitions else None


@shared_task(name="petitions.tasks.forget_followers", ignore_result=True)
def forget_followers() -> int:
    """Delete the addresses of followers that nobody needs any more; return how many."""
    return following.forget_followers(now=timezone.now())


@shared_task(name="petitions.tasks.forget_files", ignore_result=True)
def forget_files() -> int:
    """Remove files taken off an answer, and those of drafts whose order has ended; return how many."""
    return actions.forget_files(now=timezone.now())


# --- Learning: one worker process of its own (queue `learning`), which holds the indexes --------------------------


@shared_task(name="petitions.tasks.place", ignore_result=True)
def place() -> int:
    """Compare petitions not yet placed with all others and keep what they repeat; return how many. Safe to repeat."""
    now, placed = timezone.now(), 0
    for found in placing.waiting(now, seconds=ROUND_SECONDS):
        placed += keeping.place(found=found, now=now)
    return placed


@shared_task(name="petitions.tasks.keep_topics", ignore_result=True)
def keep_topics() -> int:
    """Reckon hot topics anew; return how many are kept."""
    return keeping.keep_topics(now=timezone.now())


@shared_task(name="petitions.tasks.train_router", ignore_result=True)
def train_router() -> bool:
    """Train the router, promote it when it is better; return whether it was. Too few closings are no failure."""
    try:
        trained = learning.train_router(now=timezone.now())
    except learning.CannotTrainRouter as reason:
        logger.info("router not trained: %s", reason)
        return False
    finally:
        learning.keep_report(now=timezone.now())
    return trained.promoted


@shared_task(name="petitions.tasks.watch_router", ignore_result=True)
def watch_router() -> int:
    """Tell staff when the router in use cannot be loaded; return how many were told."""
    return learning.tell_of_problem(now=timezone.now())
