"""One PostgreSQL and one Redis for all fault tests of a process; a database of its own for each test."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path

import pytest

from liaison.embedded import servers
from tests.faults.portal import Portal, Postgres, Redis, environment, inside

NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def ground():
    """The servers, and the database from which each test's own is copied."""
    folder = Path(tempfile.mkdtemp(prefix="liaison-faults-"))
    folder.chmod(0o755)  # the database server runs under another account
    redis = Redis(folder)
    redis.start()
    postgres = Postgres(folder / "var")
    base = postgres.connect("postgres")
    with base.cursor() as cursor:
        cursor.execute("CREATE DATABASE faults_base")
    try:
        facts = inside(environment(redis, postgres, "faults_base", folder), "build")
        yield redis, postgres, facts, folder
    finally:
        base.close()
        redis.stop()
        servers.leave(places=postgres.places)
        for left in (folder, postgres.places.elsewhere, postgres.places.sockets):
            if left is not None:
                shutil.rmtree(left, ignore_errors=True)


@pytest.fixture
def portal(ground, tmp_path):
    """A portal with an empty town; nothing of it runs yet."""
    redis, postgres, facts, _folder = ground
    name = f"faults_{next(NUMBERS)}"
    if not redis.answers():
        redis.start()
    base = postgres.connect("postgres")
    with base.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE faults_base")
    base.close()
    made = Portal(redis=redis, postgres=postgres, database=name, facts=facts, folder=tmp_path)
    made.tasks.control.purge()
    try:
        yield made
    finally:
        made.stop()
        base = postgres.connect("postgres")
        with base.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        base.close()
