"""Servers of one's own in a temporary folder, used by real processes."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from liaison.embedded import places, servers

PROJECT = Path(__file__).resolve().parents[2]
GRACE = {"LIAISON_EMBEDDED_GRACE": "0.5"}
# A user: starts what is missing, proves that both servers answer, stays until its standard input ends.
USER = """
import sys
from pathlib import Path
import dj_database_url, psycopg2, redis
from liaison.embedded import places, servers
at = places.at(Path(sys.argv[1]), fast=True)
servers.ensure(places=at)
found = dj_database_url.parse(at.database_url)
with psycopg2.connect(host=found["HOST"], port=found["PORT"], user=found["USER"], dbname=found["NAME"]) as database:
    cursor = database.cursor()
    cursor.execute("set local synchronous_commit = on; select pg_advisory_xact_lock(1)")
    cursor.execute("create table if not exists visits (at timestamptz default now())")
    cursor.execute("insert into visits default values")
    cursor.execute("select count(*) from visits")
    visits = cursor.fetchone()[0]
database.close()
assert redis.from_url(at.redis_url).ping()
print(visits, flush=True)
sys.stdin.read()
"""


class Clone:
    """A folder as a clone of the project would have it, with the processes that use it."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.processes: list[subprocess.Popen[str]] = []

    @property
    def places(self) -> places.Places:
        """Where this clone's servers lie."""
        return places.at(self.var, fast=True)

    def begin(self) -> subprocess.Popen[str]:
        """Start a user without waiting for it."""
        user = subprocess.Popen(
            [sys.executable, "-c", USER, str(self.var)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | GRACE,
            cwd=PROJECT,
        )
        self.processes.append(user)
        return user

    def enter(self) -> tuple[subprocess.Popen[str], int]:
        """Start a user and return it with the number of visits it found once the servers answered it."""
        user = self.begin()
        line = user.stdout.readline()
        assert line, user.stderr.read()
        return user, int(line)

    def leave(self, user: subprocess.Popen[str]) -> None:
        """Let a user end by itself."""
        user.communicate(timeout=20)
        assert user.returncode == 0

    def server_processes(self) -> list[psutil.Process]:
        """Return the two keepers' children and all below them."""
        keepers = self.keepers()
        return [child for keeper in keepers for child in keeper.children(recursive=True)]

    def keepers(self) -> list[psutil.Process]:
        """Return the keepers of this clone."""
        mark = f'"run": "{self.places.run}"'
        found = []
        for process in psutil.process_iter():
            try:
                line = process.cmdline()
            except psutil.Error:
                continue
            if str(servers.KEEPER) in line and any(mark in part for part in line):
                found.append(process)
        return found

    def wait_until_stopped(self, processes: list[psutil.Process], seconds: float = 15) -> None:
        """Return once all of these have ended; fails after `seconds`."""
        deadline = time.monotonic() + seconds
        while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes):
            assert time.monotonic() < deadline, [p for p in processes if p.is_running()]
            time.sleep(0.05)

    def close(self) -> None:
        """End every user, wait for the servers, remove the folders."""
        running = self.server_processes() + self.keepers()
        for user in self.processes:
            user.kill()
            user.communicate()
        self.wait_until_stopped(running)
        base = places.base_of(self.var, fast=True)
        for folder in (self.var, places.elsewhere_of(base), places.short_of(base)):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_clone() -> Iterator[Callable[..., Clone]]:
    """Make a clone at a path below a temporary folder that other accounts may pass through, or not."""
    made: list[Clone] = []
    root = Path(tempfile.mkdtemp(prefix="liaison-test-", dir="/tmp"))
    root.chmod(0o755)

    def make(below: str = "clone", mode: int = 0o755) -> Clone:
        project = root / below
        project.mkdir(parents=True)
        project.chmod(mode)
        made.append(Clone(project / "var"))
        return made[-1]

    yield make
    for clone in made:
        clone.close()
    shutil.rmtree(root)
