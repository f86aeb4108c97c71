"""What a deputy's desk holds: the page and the API read it here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from deputies.models import Deputy
from deputies.rhythm import Standing, standing
from directory.calendar import local_day
from dispatch.models import WorkOrder
from petitions.access import scope_of
from petitions.lifecycle import MATTER, WITH_UNIT
from petitions.models import Evaluation, Petition, PetitionQuerySet
from petitions.orders import visible_orders
from stations.models import Reception

SOON = timedelta(days=3)
LATELY = timedelta(days=60)
MOST = 50


@dataclass(frozen=True)
class Row:
    """An open matter of the deputy's, and the order by which its unit can be urged."""

    petition: Petition
    claimed: bool
    raised: bool
    order: WorkOrder | None
    late: bool
    due: bool


@dataclass(frozen=True)
class Holds:
    """Everything at once."""

    receptions: list[Reception]
    rows: list[Row]
    answers: list[Evaluation]
    standing: list[Standing]

    @property
    def due(self) -> list[Row]:
        """Those of which the limit is near or past."""
        return [row for row in self.rows if row.due]


def my_matters(user: Any) -> PetitionQuerySet:
    """What the deputy follows: named on it, raised by the deputy, or claimed; never a restricted one."""
    scope = scope_of(user)
    mine = Q(deputy_id=scope.deputy) | Q(pk__in=scope.claims)
    return Petition.objects.visible_to(user).filter(mine, restricted=False)


def holds(user: Any, deputy: Deputy, now: datetime) -> Holds:
    """Return it; as many statements for fifty matters as for five."""
    return Holds(_receptions(deputy, now), _rows(user, now), _answers(user, now), standing(deputy, local_day(now)))


def _rows(user: Any, now: datetime) -> list[Row]:
    matters = list(my_matters(user).open().defer("search", "text").order_by("due_at", "id")[:MOST])
    claims = scope_of(user).claims
    orders = _orders(user, [petition.pk for petition in matters if petition.state in WITH_UNIT])
    return [
        Row(
            petition=each,
            claimed=each.pk in claims,
            raised=each.entered_by_id == user.pk,
            order=orders.get(each.pk),
            late=each.is_overdue(now),
            due=each.due_at is not None and each.due_at <= now + SOON,
        )
        for each in matters
    ]


def _receptions(deputy: Deputy, now: datetime) -> list[Reception]:
    coming = Reception.objects.filter(duties__deputy=deputy).coming(now)
    return list(coming.select_related("station")[:5])


def _orders(user: Any, petitions: list[int]) -> dict[int, WorkOrder]:
    """The leading open order of each matter, for urging."""
    found = visible_orders(user).filter(matter_type=MATTER, matter_id__in=petitions, state__in=["assigned", "signed"])
    return {order.matter_id: order for order in found.select_related("department").exclude(kind="co").order_by("id")}


def _answers(user: Any, now: datetime) -> list[Evaluation]:
    mine = my_matters(user).values("pk")
    found = Evaluation.objects.filter(petition__in=mine, at__gt=now - LATELY).select_related("petition")
    return list(found.defer("petition__search", "petition__text").order_by("-id")[:10])
