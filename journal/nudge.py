"""Publish a task after commit. Only speed: what a nudge starts, a beat task finds as well."""

import logging
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def nudge(task: str, *args: Any) -> None:
    """Send the task of this name to its queue once the surrounding transaction has committed.

    By name, because actions start tasks that call actions: an import would go upstairs again.

    A broker that is down is logged and forgotten: the sweeps pick the work up (HOUSE.md, "the outbox is the
    guarantee, the nudge is only speed").
    """
    transaction.on_commit(partial(_publish, task, args))


def _publish(task: str, args: tuple[Any, ...]) -> None:
    try:
        current_app.tasks[task].apply_async(args=args, retry=False)
    except (OperationalError, KombuError, RedisError, OSError) as error:
        logger.warning("nudge %s not sent: %s", task, type(error).__name__)
