"""Closed matters as the router learns from them. The unit that finally answered is the truth, not the first guess."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery

from directory.models import PetitionKind
from dispatch.lifecycle import OrderState
from dispatch.models import OrderKind, WorkOrder
from dispatch.router.model import Closing
from petitions.lifecycle import MATTER, State
from petitions.models import Petition

# The station has checked the reply: what it may still send back is no truth yet.
ANSWERED = (State.AWAITING_EVALUATION, State.CONCLUDED, State.ARCHIVED)
CHUNK = 2000
# Closings learned from at most, the latest, however many there are: older ones have faded from the history
# (half-life 30 days) and the text model takes fewer still (`dispatch.router.learner.MOST_TEXTS`).
MOST = 100_000
COLUMNS = ("pk", "title", "text", "category__code", "area__code", "submitted_at", "replied_at", "channel", "kind")


def answered() -> QuerySet[Petition]:
    """Matters a unit has answered, with the unit and its helpers. Accusations teach nothing: they are never read."""
    orders = WorkOrder.objects.filter(matter_type=MATTER, matter_id=OuterRef("pk"))
    lead = orders.filter(kind__in=[OrderKind.LEAD, OrderKind.SEPARATE], state=OrderState.REPLIED)
    helpers = orders.filter(kind=OrderKind.CO).exclude(state__in=[OrderState.RETURNED])
    return (
        Petition.objects.filter(state__in=ANSWERED, restricted=False, replied_at__isnull=False)
        .exclude(kind=PetitionKind.ACCUSATION)
        .exclude(category__restricted=True)
        .annotate(
            unit=Subquery(lead.order_by("-replied_at", "-pk").values("department__code")[:1]),
            helpers=ArraySubquery(helpers.order_by("pk").values("department__code")),
        )
        .filter(unit__isnull=False)
    )


def closings(since: datetime, until: datetime) -> Iterator[Closing]:
    """Closings of `[since, until)` in the order in which they were answered, read in chunks by one cursor."""
    found = answered().filter(replied_at__gte=since, replied_at__lt=until).order_by("replied_at", "pk")
    rows = found.values_list(*COLUMNS, "unit", "helpers")
    return (closing_of(row) for row in rows.iterator(chunk_size=CHUNK))


def of_petitions(ids: list[int]) -> list[Closing]:
    """The closings of these petitions, as far as they are answered."""
    rows = answered().filter(pk__in=ids).order_by("replied_at", "pk").values_list(*COLUMNS, "unit", "helpers")
    return [closing_of(row) for row in rows]


def closing_of(row: tuple[Any, ...]) -> Closing:
    """One row of COLUMNS with unit and helpers."""
    pk, title, text, category, area, opened, closed, channel, kind, unit, helpers = row
    return Closing(
        str(pk), title, text, category, area, unit, opened, closed, channel, kind, tuple(dict.fromkeys(helpers))
    )


def latest(since: datetime, until: datetime, most: int = MOST) -> list[Closing]:
    """The latest `most` closings of `[since, until)`, in the order in which they were answered."""
    found = answered().filter(replied_at__gte=since, replied_at__lt=until).order_by("-replied_at", "-pk")[:most]
    rows = found.values_list(*COLUMNS, "unit", "helpers")
    return [closing_of(row) for row in rows.iterator(chunk_size=CHUNK)][::-1]
