"""What is done inside the portal's own process on one database: fill it, prepare requests, count statements,
sweep the clock. Called by `bench` with the database in the environment; the last line of output is JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from liaison.settings import BASE_DIR  # noqa: E402


def base() -> dict[str, Any]:
    """Migrate, load the demo district and its people."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_directory", BASE_DIR / "directory" / "demo", stdout=open(os.devnull, "w"))
    file = Path(BASE_DIR, "var", "bench", f"accounts-{os.getpid()}.json")
    try:
        call_command("createdemo", file=file, stdout=open(os.devnull, "w"))
    finally:
        file.unlink(missing_ok=True)
    return {}


def migrate() -> dict[str, Any]:
    """Bring a kept data set up to the code's migrations."""
    began = time.monotonic()
    call_command("migrate", interactive=False, verbosity=0)
    return {"seconds": time.monotonic() - began}


def load(size: str) -> dict[str, Any]:
    """Fill the database."""
    from bench import dataset

    return dict(dataset.load(int(size)))


def prepare(file: str) -> dict[str, Any]:
    """Write the requests of every scenario to `file`."""
    from bench import scenarios

    return scenarios.prepare(Path(file))


def statements(file: str) -> dict[str, Any]:
    """Return how many SQL statements one request of each scenario takes, the process being warm."""
    from bench import scenarios

    return scenarios.statements(Path(file))


def sweep(due: str) -> dict[str, Any]:
    """Make `due` work orders due and sweep the clock."""
    from bench import clockwork

    return clockwork.sweep(int(due))


def submit(count: str) -> dict[str, Any]:
    """Submit `count` petitions through the action, with their messages published."""
    from bench import clockwork

    return clockwork.submit(int(count))


def unrouted() -> dict[str, Any]:
    """Return how many petitions still wait for the router, and how many outbox rows there are."""
    from journal.models import Outbox
    from petitions.models import Petition

    return {"unrouted": Petition.objects.filter(routed_at=None).unrouted().count(), "outbox": Outbox.objects.count()}


def people() -> dict[str, Any]:
    """Return the Authorization header of one person of each kind, and values that name real rows, for `bench.fuzz`."""
    from bench import scenarios

    return scenarios.people()


def desks(repeats: str, only: str = "") -> dict[str, Any]:
    """Time every page of the staff."""
    from bench import desks as pages

    return pages.measure(int(repeats), only)


def profile(only: str, count: str, lines: str) -> dict[str, Any]:
    """Print where the time of the named scenarios goes."""
    from bench import profile as profiles

    return profiles.profile(only, int(count), int(lines))


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    task.__name__: task
    for task in (base, migrate, load, prepare, statements, sweep, submit, unrouted, people, desks, profile)
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
