"""The demo: the portal with a demo district on this machine, from nothing to an address, and back to nothing."""

import fcntl
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.core.management import call_command

from directory.models import Area
from liaison import embedded
from liaison.celery import LEARNING, QUEUES
from liaison.celery import app as celery
from liaison.embedded.local_keys import make_var
from liaison.embedded.servers import SERVERS
from liaison.processes import Company, ProcessEndedError
from stations.models import Visit

HOST = "127.0.0.1"
USUAL_PORT = 8000
ORDINARY = ",".join(name for name in QUEUES if name != LEARNING)
READY_SECONDS = 90
SMOKE_SECONDS = 180

Say = Callable[[str], object]


class CannotDemoError(Exception):
    """Why the demo does not start or go on, in a sentence."""


def listen(port: int | None) -> socket.socket:
    """Return a bound socket, ours until we end: on `port`, or else on the usual one, or else on any free one."""
    for candidate in [port] if port is not None else [USUAL_PORT, 0]:
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((HOST, candidate))
            # Two sockets may be bound to one port as long as neither listens.
            bound.listen(128)
        except OSError as error:
            bound.close()
            if port is not None:
                raise CannotDemoError(
                    f"Port {port} cannot be used ({error.strerror}). Choose another: make demo PORT=8123"
                ) from None
        else:
            return bound
    raise CannotDemoError("This machine has no free port.")


class Site:
    """One run of the demo. `open` may raise at any point; `close` puts away whatever there is by then."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.company: Company | None = None
        self.lock: Any = None

    def claim(self) -> None:
        """Make sure that this folder runs one demo at a time: two timetables would double each other's work."""
        file = Path(settings.BASE_DIR, "var", "demo.lock")
        make_var(file.parent)
        self.lock = file.open("a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.lock.seek(0)
            raise CannotDemoError(
                f"The demo runs already from this folder: {self.lock.read().strip() or 'it is just starting'}."
            ) from None
        self.lock.truncate(0)

    def prepare(self, year: str = "full") -> None:
        """Bring database, demo district, accounts and static files up to date; keeps what is there."""
        services = [settings.DATABASE_URL, settings.REDIS_URL]
        own = [n for n, url in zip(SERVERS, services, strict=True) if embedded.is_own(url)]
        if own:
            embedded.ensure(own)
        call_command("migrate", interactive=False, verbosity=0)
        if not Area.objects.exists():
            self.say("Loading the demo district …")
            call_command("load_directory", settings.BASE_DIR / "directory" / "demo", stdout=io.StringIO())
        if year != "none" and not Visit.objects.exists():
            self.say("Living the demo year (once, about a minute) …")
        call_command("createdemo", year=year, stdout=io.StringIO())
        if not Path(settings.STATIC_ROOT, "staticfiles.json").exists():
            call_command("collectstatic", interactive=False, verbosity=0)

    def open(self, listening: socket.socket) -> str:
        """Start web server, worker and timetable; return the address once every part of them works."""
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        self.lock.write(address)
        self.lock.flush()
        environment = {**os.environ, "SITE_URL": address, "PYTHONUNBUFFERED": "1"}
        self.company = Company(Path(settings.BASE_DIR, "var", "log"), environment)
        for name, command in self._commands(listening).items():
            fds = (listening.fileno(),) if name == "web" else ()
            self.company.start(name, [sys.executable, "-m", *command], settings.BASE_DIR, fds)
        self._wait_until_ready(address)
        return address

    def _commands(self, listening: socket.socket) -> dict[str, list[str]]:
        schedule = str(Path(settings.BASE_DIR, "var", "beat-schedule"))
        quiet = ["--loglevel", "WARNING"]
        return {
            "web": [
                "gunicorn", "liaison.wsgi", "--bind", f"fd://{listening.fileno()}", "--no-control-socket",
                "--workers", "2", "--threads", "4", "--graceful-timeout", "5", "--log-level", "warning",
            ],
            "worker": [
                "celery", "-A", "liaison", "worker", "--queues", ORDINARY, "--concurrency", "2",
                "--hostname", f"demo-{os.getpid()}@%h", "--without-mingle", "--without-gossip", *quiet,
            ],
            "learner": [
                "celery", "-A", "liaison", "worker", "--queues", LEARNING, "--pool", "threads", "--concurrency", "2",
                "--hostname", f"demo-learner-{os.getpid()}@%h", "--without-mingle", "--without-gossip", *quiet,
            ],
            "beat": ["celery", "-A", "liaison", "beat", "--schedule", schedule, "--pidfile", "", *quiet],
        }  # fmt: skip

    def _wait_until_ready(self, address: str) -> None:
        """A heartbeat through each queue shows that broker, worker and database hang together."""
        for queue in QUEUES:
            celery.send_task("liaison.tasks.heartbeat", args=[queue], queue=queue)
        deadline = time.monotonic() + READY_SECONDS
        answer = "no answer"
        while time.monotonic() < deadline:
            self.check()
            try:
                response = requests.get(f"{address}/readyz", timeout=5)
            except requests.RequestException:
                time.sleep(0.2)
                continue
            if response.ok:
                return
            answer = response.text[:500]
            time.sleep(0.3)
        raise CannotDemoError(f"The portal was not ready within {READY_SECONDS} seconds. /readyz says: {answer}")

    def walk(self, address: str) -> None:
        """Run the smoke walk; raises CannotDemoError when it does not get to its end."""
        command = [sys.executable, "manage.py", "smoke", "--url", address]
        try:
            done = subprocess.run(  # noqa: S603
                command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, timeout=SMOKE_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise CannotDemoError(f"The smoke walk took longer than {SMOKE_SECONDS} seconds.") from None
        if done.returncode != 0:
            raise CannotDemoError("The smoke walk failed, see above.")

    def check(self) -> None:
        """Raise CannotDemoError when a process has ended. Nothing is restarted: a demo that limps misleads."""
        if self.company:
            try:
                self.company.check()
            except ProcessEndedError as error:
                raise CannotDemoError(str(error)) from None

    def close(self) -> None:
        """Stop what was started, the embedded servers too unless somebody else uses them."""
        if self.company:
            self.company.stop()
        embedded.leave()
        if self.lock:
            self.lock.close()
