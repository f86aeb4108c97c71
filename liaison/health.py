"""Is the portal able to do its work? Five questions, each with a limit, asked by `/readyz`.

A portal that is "not ready" still takes petitions as long as its database answers: direct a load balancer by
`/healthz`, an alarm by `/readyz`.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from kombu.exceptions import KombuError

from dispatch import versions
from journal.models import Outbox
from liaison.celery import QUEUES, app
from liaison.models import Heartbeat

log = logging.getLogger(__name__)
HEARTBEAT_LIMIT = 120  # seconds: four missed beats
JOURNAL_LIMIT = 300  # seconds: the sweep comes every minute
BROKER_TIMEOUT = 2  # seconds

Check = dict[str, Any]


def report(*, now: datetime) -> dict[str, Any]:
    """Return {"ok": bool, "checks": {name: {"ok": bool, …}}}. Never raises, names no host."""
    questions: dict[str, Callable[[datetime], Check]] = {
        "database": _database,
        "broker": _broker,
        "worker": _worker,
        "journal": _journal,
        "router": _router,
    }
    checks = {name: _ask(name, question, now) for name, question in questions.items()}
    return {"ok": all(check["ok"] for check in checks.values()), "checks": checks}


def _ask(name: str, question: Callable[[datetime], Check], now: datetime) -> Check:
    try:
        return question(now)
    except failures() as error:
        log.warning("Not ready: %s (%s)", name, type(error).__name__)
        return {"ok": False, "error": type(error).__name__}


def failures() -> tuple[type[BaseException], ...]:
    """What a database or a broker that is away raises; anything else is a bug and may be heard of."""
    return (DatabaseError, OSError, KombuError, *app.connection_for_write().connection_errors)


def _database(now: datetime) -> Check:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return {"ok": cursor.fetchone() == (1,)}


def _broker(now: datetime) -> Check:
    with app.connection_for_write(connect_timeout=BROKER_TIMEOUT) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT)
        broker.default_channel  # noqa: B018  on Redis only opening a channel speaks to the server
    return {"ok": True}


def _worker(now: datetime) -> Check:
    """Every queue must have run its heartbeat lately: one without a worker holds up work unseen."""
    beats = dict(Heartbeat.objects.filter(queue__in=QUEUES).values_list("queue", "at"))
    ages = {name: _seconds(beats.get(name), now) for name in QUEUES}
    return {
        "ok": all(age is not None and age <= HEARTBEAT_LIMIT for age in ages.values()),
        "age_seconds": ages,
    }


def _journal(now: datetime) -> Check:
    oldest = Outbox.objects.order_by("pk").values_list("at", flat=True).first()
    age = _seconds(oldest, now)
    return {"ok": age is None or age <= JOURNAL_LIMIT, "oldest_seconds": age}


def _router(now: datetime) -> Check:
    """The trained router in use must be there and undamaged. Without one the responsibility list routes alone."""
    version, problem = versions.problem_on_disk()
    return {"ok": not problem, "version": version, **({"problem": problem} if problem else {})}


def _seconds(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else round(max(0.0, (now - at).total_seconds()), 1)
