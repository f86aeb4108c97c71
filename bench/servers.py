"""The servers of a measurement: PostgreSQL and Redis (the project's embedded ones, or given), gunicorn, Celery."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg2
from psycopg2 import sql

from liaison import embedded
from liaison.processes import Company

ROOT = Path(__file__).resolve().parent.parent
REDIS_NUMBER = 11


class Servers:
    """Where PostgreSQL and Redis are, and the databases made for the measurement."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        given = os.environ.get("DATABASE_URL", "")
        self.own = not given
        if self.own:
            os.environ.pop("LIAISON_EMBEDDED_FAST", None)  # with the disk's own speed, as in earnest
            embedded.ensure()
        self.base = given or embedded.database_url()
        redis = os.environ.get("REDIS_URL") or embedded.redis_url()
        self.redis = redis if os.environ.get("REDIS_URL") else redis.replace("db=0", f"db={REDIS_NUMBER}")

    def url(self, database: str) -> str:
        """Return the address of one of our databases."""
        return self.base.rsplit("/", 1)[0] + "/" + quote(f"{self.prefix}_{database}")

    @contextmanager
    def connect(self, database: str = "") -> Iterator[psycopg2.extensions.connection]:
        """A connection in autocommit; without a name to the server's own database."""
        parts = urlsplit(self.url(database) if database else self.base)
        connection = psycopg2.connect(
            host=unquote(parts.hostname or ""),
            port=parts.port or 5432,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or "") or None,
            dbname=unquote(parts.path[1:]),
        )
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()

    def databases(self) -> set[str]:
        """Return the names of our databases that exist, without the prefix."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            names = {row[0] for row in cursor.fetchall()}
        return {name[len(self.prefix) + 1 :] for name in names if name.startswith(f"{self.prefix}_")}

    def create(self, database: str, template: str = "template1") -> None:
        """Create one of our databases, from another of ours if named."""
        known = self.databases()
        template = f"{self.prefix}_{template}" if template in known else template
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(f"{self.prefix}_{database}"), sql.Identifier(template)
                )
            )

    def drop(self, database: str) -> None:
        """Remove one of our databases."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(f"{self.prefix}_{database}"))
            )

    def environment(self, database: str) -> dict[str, str]:
        """Return the environment of a process that works on one of our databases.

        Throttles stay on. Every request of the client comes from another address (X-Forwarded-For), as it
        would in earnest, so that none is refused.
        """
        return {
            **os.environ,
            "DATABASE_URL": self.url(database),
            "REDIS_URL": self.redis,
            "NUM_PROXIES": "1",
            "LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
        }

    def leave(self) -> None:
        """Let the embedded servers stop, unless somebody else uses them."""
        if self.own:
            embedded.leave()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_web(company: Company, name: str, application: str, threads: int) -> int:
    """Start gunicorn with 2 workers; return its port once it listens."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--no-control-socket", "--log-level", "warning", "--keep-alive", "30",
        *(["--threads", str(threads)] if threads > 1 else []),
    ]  # fmt: skip
    company.start(name, command, ROOT)
    _wait(company, port)
    return port


def _wait(company: Company, port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        company.check()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")


def start_worker(company: Company, name: str, queues: Sequence[str], processes: int = 2) -> None:
    """Start a Celery worker."""
    command = [
        sys.executable, "-m", "celery", "-A", "liaison", "worker", "--queues", ",".join(queues),
        "--concurrency", str(processes), "--hostname", f"bench-{os.getpid()}@%h",
        "--without-mingle", "--without-gossip", "--loglevel", "WARNING",
    ]  # fmt: skip
    company.start(name, command, ROOT)


def start_beat(company: Company, schedule: Path) -> None:
    """Start the timetable."""
    command = [
        sys.executable, "-m", "celery", "-A", "liaison", "beat", "--schedule", str(schedule), "--pidfile", "",
        "--loglevel", "WARNING",
    ]  # fmt: skip
    company.start("beat", command, ROOT)
