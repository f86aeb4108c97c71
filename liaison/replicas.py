"""Reading from a copy of the database (DATABASE_REPLICA_URL), where it does no harm that it lags a moment behind.

Only pages that anybody may read, asked for by somebody who is not signed in, and only their plain reads. Whoever
acts must see at once what they did: staff, residents and every task read where they write.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)
REPLICA = "replica"
# Public lists, statistics and stations: most of the reading, none of it of a moment.
OPEN = (
    "/published/", "/topics/", "/stations/", "/deputies/", "/receptions/", "/departments/", "/categories/",
    "/api/v1/public/",
)  # fmt: skip
# Who is signed in, and what they may, is never read from a copy: a session that was ended must stay ended.
ALWAYS_FIRST = {"accounts", "admin", "auth", "knox", "mfa", "sessions", "usersessions"}
PAUSE = 30.0  # seconds without asking a copy that did not answer

_reading: ContextVar[bool] = ContextVar("reading_from_replica", default=False)


class ReadFromReplica:
    """Middleware: lets the plain reads of public pages go to the copy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as ever, reading elsewhere where that is right."""
        token = _reading.set(_may(request))
        try:
            return self.get_response(request)
        finally:
            _reading.reset(token)


def _may(request: HttpRequest) -> bool:
    safe = request.method in ("GET", "HEAD") and request.path.startswith(OPEN)
    known = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
    return safe and not known


class Router:
    """Django's database router: everything at the first database, but what `ReadFromReplica` lets go."""

    silent_until = 0.0

    def db_for_read(self, model: Any, **_hints: Any) -> str | None:
        """The copy, for public reads and while it answers."""
        if not _reading.get() or model._meta.app_label in ALWAYS_FIRST or time.monotonic() < Router.silent_until:
            return None
        try:
            connections[REPLICA].close_if_health_check_failed()  # asked once a request (CONN_HEALTH_CHECKS)
            connections[REPLICA].ensure_connection()
        except DatabaseError as error:
            log.warning("the replica does not answer, the first database is read: %s", type(error).__name__)
            Router.silent_until = time.monotonic() + PAUSE
            return None
        return REPLICA

    def db_for_write(self, model: Any, **_hints: Any) -> str:
        """Never the copy, also for a row that was read there."""
        return "default"

    def allow_relation(self, first: Any, second: Any, **_hints: Any) -> bool:
        """Both hold the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        """A copy gets its tables from the first."""
        return db != REPLICA
