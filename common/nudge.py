"""Publish a task after commit. Only speed: what a nudge starts, a beat task finds as well."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction

from common.publisher import Publisher

logger = logging.getLogger(__name__)


def nudge(task: str, *args: Any, together: bool = False) -> None:
    """Send the task of this name to its queue (liaison/celery.py) once the surrounding transaction has committed.

    By name, because actions start tasks that call actions: an import would go upstairs again. A broker that is
    down is logged and forgotten: the sweeps pick the work up (HOUSE.md, "the outbox is the guarantee, the nudge
    is only speed"). `together`: the task takes any number of numbers, so that several nudges may share a message.
    """
    if _Background.hushed:
        return
    if _Background.publisher is None:
        transaction.on_commit(partial(_publish, task, args))
    else:
        transaction.on_commit(partial(_Background.publisher.publish, task, args, together=together))


class _Background:
    """The thread that publishes for a web process; elsewhere messages are sent at once."""

    publisher: Publisher | None = None
    hushed = False


@contextmanager
def hushed() -> Iterator[None]:
    """Send nothing in this block: for a measurement in a database that no worker knows (liaison/scratch.py)."""
    _Background.hushed = True
    try:
        yield
    finally:
        _Background.hushed = False


def publish_in_background() -> None:
    """Have the nudges of this process, and of those forked from it, sent by a thread, off the path of the work.

    For the web (liaison/wsgi.py) and the workers (liaison/celery.py).
    """
    _Background.publisher = _Background.publisher or Publisher(_publish)


def finish_publishing() -> None:
    """Wait a moment for what the thread still has to send: for a process that ends without Python's own ending."""
    if _Background.publisher is not None:
        _Background.publisher.finish()


def _publish(task: str, args: tuple[Any, ...]) -> None:
    try:
        current_app.send_task(task, args=args, retry=False)
    except Exception as error:  # the work is committed: nothing about a message may fail the request now
        logger.warning("nudge %s not sent: %s", task, type(error).__name__)
