"""The portal with a demo district on this machine, until Ctrl-C."""

import json
import os
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from liaison import demo_site
from liaison.embedded import EmbeddedServerError
from liaison.processes import end_with_parent

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedError(BaseException):
    """Somebody asked us to stop."""


class Command(BaseCommand):
    """`manage.py demo`"""

    help = (
        "Starts everything the portal needs on this machine, loads the demo district once, starts web server, worker "
        "and timetable, walks one petition from submission to closing, then serves until Ctrl-C."
    )
    requires_system_checks: list[str] = []  # they run before the database can be up; `make lint` runs them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help="the port; otherwise 8000, or a free one")
        parser.add_argument("--no-serve", action="store_true", help="stop after the smoke walk")
        parser.add_argument("--no-smoke", action="store_true", help="skip the smoke walk")
        parser.add_argument("--year", choices=["full", "small", "none"], default="full", help="how much has happened")
        parser.add_argument("--with-parent", action="store_true", help="stop when the program that called this ends")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ENVIRONMENT == "production":
            raise CommandError("The demo does not run with ENVIRONMENT=production: its accounts are public.")
        if options["port"] is not None and not 0 < options["port"] < 65536:
            raise CommandError(f"{options['port']} is not a port. Expected: a number from 1 to 65535.")
        if options["with_parent"]:
            end_with_parent(os.getppid())  # `make` killed by force does not tell us
        for number in SIGNALS:
            signal.signal(number, self._on_signal)
        site = demo_site.Site(self.stdout.write)
        try:
            self._run(site, options)
        except (demo_site.CannotDemoError, EmbeddedServerError) as error:
            raise CommandError(str(error)) from None
        except StoppedError as stopped:
            self.stdout.write(f"\nStopping ({stopped}) …")
        finally:
            ignore_signals()
            connections.close_all()
            site.close()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        ignore_signals()  # make and the terminal often send a second one; one is enough
        raise StoppedError(signal.Signals(number).name)

    def _run(self, site: demo_site.Site, options: dict[str, Any]) -> None:
        started = time.monotonic()
        site.claim()
        listening = demo_site.listen(options["port"])
        port = listening.getsockname()[1]
        if options["port"] is None and port != demo_site.USUAL_PORT:
            self.stdout.write(f"Port {demo_site.USUAL_PORT} is taken; using {port}.")
        self.stdout.write("Preparing the database …")
        site.prepare(options["year"])
        connections.close_all()
        self.stdout.write("Starting web server, worker and timetable …")
        address = site.open(listening)
        listening.close()
        if not options["no_smoke"]:
            self.stdout.write("Walking one petition from submission to closing …")
            self.stdout.flush()
            site.walk(address)
        self._welcome(address, time.monotonic() - started)
        while not options["no_serve"]:
            site.check()
            time.sleep(0.5)

    def _welcome(self, address: str, seconds: float) -> None:
        file = Path(settings.BASE_DIR, "var", "demo-accounts.json")
        accounts = json.loads(file.read_text("utf-8"))["accounts"]
        self.stdout.write(f"\nReady after {seconds:.0f} s: {address}\n\nDemo accounts ({file}):")
        for account in accounts:
            if account["featured"]:
                self.stdout.write("  " + describe(account))
        self.stdout.write("Staff also need a code: manage.py democode USERNAME prints the present one.")
        self.stdout.write(f"\n{address} serves until Ctrl-C.")
        self.stdout.flush()


def ignore_signals() -> None:
    """Stopping has begun, and nothing hurries it."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def describe(account: dict[str, Any]) -> str:
    """Return what one needs to sign in with an account: staff by password, the others by a code sent to a phone."""
    way = f"phone {account['phone']}" if account["phone"] else f"password {account['password']}"
    return f"{account['role']:<16} {account['username']:<24} {way:<34} {account['display_name']} {account['unit']}"
