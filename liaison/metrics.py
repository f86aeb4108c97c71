"""Figures for Prometheus: the portal's own, read when asked, beside those that django-prometheus counts by request."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from liaison.watching import Facts, facts

Sample = tuple[str, str, str, Iterable[tuple[str, float]]]  # name, what it says, label, values


def exposition(now: datetime) -> bytes:
    """Everything as text. With several web processes, PROMETHEUS_MULTIPROC_DIR adds their counts up."""
    own = CollectorRegistry()
    own.register(_Gauges(facts(now)))
    counted = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    return generate_latest(own) + generate_latest(counted)


class _Gauges(Collector):
    """The facts of one instant as gauges. No label ever holds a reference, a name or a number."""

    def __init__(self, found: Facts) -> None:
        self.found = found

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family for each sample."""
        for name, says, label, values in _samples(self.found):
            family = GaugeMetricFamily(f"liaison_{name}", says, labels=[label] if label else [])
            for value_of, value in values:
                family.add_metric([value_of] if label else [], value)
            yield family


def _samples(found: Facts) -> Iterator[Sample]:
    yield "broker_up", "Whether the message queue answers", "", [("", float(found.queues is not None))]
    yield "queue_messages", "Messages waiting", "queue", [(name, n) for name, n in (found.queues or {}).items()]
    ages = [(queue, found.seconds_since(at)) for queue, at in found.beats.items()]
    yield "heartbeat_age_seconds", "Since the worker's last sign of life", "queue", ages
    yield "journal_waiting", "Journal rows not yet told of", "", [("", found.journal_waiting)]
    oldest = found.seconds_since(found.journal_oldest)
    yield "journal_oldest_seconds", "Age of the oldest journal row not yet told of", "", [("", oldest)]
    yield "journal_failing", "Journal rows that could not be worked off", "", [("", found.journal_failing)]
    yield "petitions_unrouted", "Petitions the router has not looked at", "", [("", found.unrouted)]
    waited = found.seconds_since(found.unrouted_oldest)
    yield "petitions_unrouted_oldest_seconds", "Age of the oldest of them", "", [("", waited)]
    quantiles = [(str(share), found.routing_quantile(share)) for share in (0.5, 0.95, 0.99)]
    yield "routing_seconds", "From submission to the router's look, last hour", "quantile", quantiles
    yield "orders_overdue", "Work orders past their limits", "", [("", found.overdue)]
    yield "clock_put_aside", "Rows whose alerts could not be worked out", "of", list(found.put_aside.items())
    yield "deliveries", "Messages to people", "state", list(found.deliveries.items())
    yield "router_usable", "Whether the trained router can be used", "", [("", float(not found.router_problem))]
