"""The weekly letter. An id or nothing in, one call; idempotent: a unit's head gets one letter a week."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from desks.letters import send_letters


@shared_task(autoretry_for=(Exception,), max_retries=5, retry_backoff=60, retry_backoff_max=3600)
def weekly_letters() -> int:
    """Write to every unit's head what is open, overdue and due; return how many messages were new."""
    return send_letters(now=timezone.now())
