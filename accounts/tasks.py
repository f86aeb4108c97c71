"""Housekeeping in the background."""

from celery import shared_task
from django.utils import timezone

from accounts import actions


@shared_task(name="accounts.tasks.forget_expired", acks_late=True)
def forget_expired() -> int:
    """Delete old codes, counters, sessions and tokens. Idempotent; once a day is enough."""
    return actions.forget_expired(now=timezone.now())
