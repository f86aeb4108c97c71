"""The weekly letter, reminders, and files in the background. An id or nothing in, one call; idempotent."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from desks import exports
from desks.letters import send_letters
from desks.reminders import remind_of_look_backs as remind_now


@shared_task(autoretry_for=(Exception,), max_retries=5, retry_backoff=60, retry_backoff_max=3600)
def weekly_letters() -> int:
    """Write to every unit's head what is open, overdue and due; return how many messages were new."""
    return send_letters(now=timezone.now())


@shared_task(autoretry_for=(Exception,), max_retries=5, retry_backoff=60, retry_backoff_max=3600)
def remind_of_look_backs() -> int:
    """Remind supervisors of the matters they are to look back at; return how many messages were new."""
    return remind_now(now=timezone.now())


@shared_task(ignore_result=True)
def export(export_id: int) -> bool:
    """Write one file that somebody asked for, unless another worker has it."""
    return exports.run(export_id=export_id, now=timezone.now())


@shared_task(ignore_result=True)
def sweep_exports() -> int:
    """Write what was asked for and left lying, and remove files whose time is over; return how many were written."""
    now = timezone.now()
    exports.forget(now=now)
    return sum(exports.run(export_id=number, now=timezone.now()) for number in exports.unfinished(now))
