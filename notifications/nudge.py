"""Publish a task after commit. Only speed: `send_due` finds the same rows.

The journal has the same few lines; neither app may import the other. Tasks are named, not imported, because
they import the actions that nudge them.
"""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def nudge(task: str, *args: int) -> None:
    """Send `task(*args)` to the queue of this app once the surrounding transaction has committed."""
    transaction.on_commit(partial(_publish, task, args))


def _publish(task: str, args: tuple[int, ...]) -> None:
    try:
        current_app.send_task(task, args=args, queue="notices", retry=False)
    except (OperationalError, KombuError, RedisError, OSError) as error:
        log.warning("nudge %s not sent: %s", task, type(error).__name__)
