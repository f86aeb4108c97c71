"""Keeping the duty files and reminding. No argument, one action each; idempotent."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from deputies.actions import file_facts, tell
from deputies.rhythm import remind

# The queue's other work, its sign of life among it, must not wait for a backlog: the next round is half a minute away.
MOST_ROUNDS = 5


@shared_task(autoretry_for=(Exception,), max_retries=3, retry_backoff=True)
def keep_files() -> int:
    """Take waiting facts of duty into the files, and tell people what concerns them; return how many facts."""
    taken = 0
    for _round in range(MOST_ROUNDS):
        filed = file_facts(now=timezone.now())
        taken += filed
        if not filed:
            break
    while tell(now=timezone.now()):
        pass
    return taken


@shared_task(autoretry_for=(Exception,), max_retries=5, retry_backoff=60, retry_backoff_max=3600)
def remind_of_rhythm() -> int:
    """Remind deputies who are behind; return how many messages were new."""
    return remind(now=timezone.now())
