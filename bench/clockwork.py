"""The parts of a measurement that need no web server: the clock's sweep, and petitions for the router."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.queries import consent_texts
from bench.words import Writer
from directory.models import Area
from dispatch.models import WorkOrder
from dispatch.tasks import sweep_clock
from petitions import actions


def sweep(due: int) -> dict[str, Any]:
    """Make `due` open orders due an hour ago and sweep; return seconds, alerts given and statements."""
    past = timezone.now() - timedelta(hours=1)
    # Nothing else may be due: the data set's clocks stand in the future.
    chosen = list(
        WorkOrder.objects.filter(state="signed", alert_at__gt=timezone.now()).order_by("-id").values_list("pk")[:due]
    )
    WorkOrder.objects.filter(pk__in=[pk for (pk,) in chosen]).update(
        alert_at=past, internal_due_at=past, alerts_given=[], contacted_at=past
    )
    sweep_clock()  # warm: master data in memory
    WorkOrder.objects.filter(pk__in=[pk for (pk,) in chosen]).update(alert_at=past, alerts_given=[])
    began = time.perf_counter()
    given = sweep_clock()
    seconds = time.perf_counter() - began
    WorkOrder.objects.filter(pk__in=[pk for (pk,) in chosen]).update(alert_at=past, alerts_given=[])
    with CaptureQueriesContext(connection) as caught:
        sweep_clock()
    return {"due": len(chosen), "given": given, "seconds": seconds, "statements": len(caught)}


def submit(count: int) -> dict[str, Any]:
    """Submit petitions through the action; return how many a second."""
    writer, areas = Writer(99), list(Area.objects.filter(level=Area.Level.COMMUNITY))
    version = consent_texts().version
    began = time.perf_counter()
    for number in range(count):
        title, text, _words = writer.petition()
        intake = actions.Intake(
            text=text,
            title=title,
            phone=f"199{number:08d}",
            publish_consent=True,
            consent_version=version,
            area=areas[number % len(areas)],
        )
        actions.submit(intake=intake, by=None, now=timezone.now())
    return {"seconds": time.perf_counter() - began, "count": count}
