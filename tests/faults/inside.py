"""Run inside a process of the portal's own: `python -m tests.faults.inside COMMAND …`; the last line is JSON.

The clock is a parameter of the actions, so a test says what time it is instead of waiting or setting the machine's.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from knox.models import AuthToken  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.queries import consent_texts  # noqa: E402
from dispatch import tasks as order_tasks  # noqa: E402
from dispatch.actions.step import alerts_of  # noqa: E402
from dispatch.clock import next_at  # noqa: E402
from dispatch.models import WorkOrder  # noqa: E402
from petitions import tasks as petition_tasks  # noqa: E402
from petitions.actions.step import wind  # noqa: E402
from petitions.models import Petition  # noqa: E402
from tests import cast as casting  # noqa: E402

PEOPLE = ("officer", "dispatcher", "supervisor", "handler", "head", "root")


def build() -> dict:
    """Migrate, make the small town of the tests, and return a token for each of its staff."""
    call_command("migrate", interactive=False, verbosity=0)
    cast = casting.build()
    tokens = {who: AuthToken.objects.create(getattr(cast, who))[1] for who in PEOPLE}
    return {"tokens": tokens, "consent": consent_texts().version}


def session(who: str) -> dict:
    """The key of a session in which one of the staff is signed in."""
    client = Client()
    client.force_login(User.objects.get(username=who))
    return {"key": client.session.session_key}


def sweep(hours: str) -> dict:
    """Both clocks' sweeps as they would run so many hours from now, until nothing is due; alerts given."""
    now, given = timezone.now() + timedelta(hours=float(hours)), 0
    busy: set[int] = set()
    for batch in (lambda: order_tasks._sweep_batch(now, busy), lambda: petition_tasks._sweep_batch(now)):
        while (found := batch()) is not None:
            given += found
    return {"given": given}


def clocks() -> dict:
    """How many clocks do not stand where the rules say, and how many alerts are due and not given."""
    wrong, now = 0, timezone.now()
    orders = WorkOrder.objects.select_related("department").prefetch_related("requests")
    for order in orders:
        wrong += order.alert_at != next_at(alerts_of(order), order)
    for petition in Petition.objects.select_related("area", "category"):
        stands = petition.alert_at
        wind(petition)
        wrong += petition.alert_at != stands
    return {"wrong": wrong, "behind": WorkOrder.objects.due(now).count() + Petition.objects.due(now).count()}


if __name__ == "__main__":
    sys.stdout.write(
        json.dumps({"build": build, "clocks": clocks, "session": session, "sweep": sweep}[sys.argv[1]](*sys.argv[2:]))
        + "\n"
    )
