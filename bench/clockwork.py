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
    chosen = WorkOrder.objects.filter(pk__in=_running(due))
    chosen.update(alert_at=past, internal_due_at=past, alerts_given=[], contacted_at=past)
    sweep_clock()  # warm: master data in memory
    chosen.update(alert_at=past, alerts_given=[])
    began = time.perf_counter()
    given = sweep_clock()
    seconds = time.perf_counter() - began
    chosen.update(alert_at=past, alerts_given=[])
    with CaptureQueriesContext(connection) as caught:
        sweep_clock()
    return {"due": chosen.count(), "given": given, "seconds": seconds, "statements": len(caught)}


def _running(wanted: int) -> list[int]:
    """Orders that units have in hand; where a small data set has too few, ended ones are taken up again."""
    signed = WorkOrder.objects.filter(state="signed", alert_at__gt=timezone.now())
    found = list(signed.order_by("-id").values_list("pk", flat=True)[:wanted])
    busy = WorkOrder.objects.open().values("matter_id")
    ended = WorkOrder.objects.filter(kind="lead", round=1).exclude(matter_id__in=busy).order_by("-id")
    again = list(ended.values_list("pk", flat=True)[: wanted - len(found)])
    WorkOrder.objects.filter(pk__in=again).update(state="signed", closed_at=None, replied_at=None)
    return found + again


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
