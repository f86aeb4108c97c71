"""A unit's inbox: its tabs over work orders, and its figures of the month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext_lazy as _

from common.counting import PreparedCounts
from common.prepared import PreparedRow
from directory.calendar import SHANGHAI
from dispatch.lifecycle import OPEN, OrderState
from dispatch.models import OrderKind, RequestState, WorkOrder
from petitions.access import HAD_AND_LOST
from petitions.figures import CONTACT_KEPT, IN_RATES, LEADS, Rates, contact_owed, rates, share
from petitions.lifecycle import MATTER, Rating
from petitions.models import Evaluation, Petition
from petitions.orders import held_orders

SOON: Final = timedelta(hours=48)
A, S = OrderState.ASSIGNED, OrderState.SIGNED

TABS: Final[dict[str, tuple[Any, Callable[[datetime, datetime], Q]]]] = {
    "sign": (_("To sign for"), lambda now, soon: Q(state=A)),
    "contact": (
        _("To contact"),
        lambda now, soon: Q(state__in=[A, S], contacted_at=None, contact_due_at__isnull=False),
    ),
    "answer": (_("To answer"), lambda now, soon: Q(state=S) & LEADS),
    "opine": (_("To give an opinion"), lambda now, soon: Q(state=S, kind=OrderKind.CO)),
    "soon": (_("Due soon"), lambda now, soon: Q(state__in=[A, S], internal_due_at__gt=now, internal_due_at__lte=soon)),
    "overdue": (_("Overdue"), lambda now, soon: Q(state__in=[A, S, "return_requested"], internal_due_at__lte=now)),
    "asked": (_("Waiting for a ruling"), lambda now, soon: Q(requests__state=RequestState.OPEN)),
    "ledger": (_("Pending ledger"), lambda now, soon: Q(state=OrderState.PENDING_LEDGER)),
    "mine": (_("Handed to me"), lambda now, soon: Q(state__in=OPEN)),
    "answered": (_("Answered"), lambda now, soon: Q(state=OrderState.REPLIED)),
    "said": (
        _("What residents said"),
        lambda now, soon: Q(state=OrderState.REPLIED, matter_id__in=Evaluation.objects.values("petition_id")) & LEADS,
    ),
}


def under(tab: str, units: list[int], user: int, now: datetime, soon: datetime) -> QuerySet[WorkOrder]:
    """Return the orders of these units under a tab; `user` is the number of the handler of “Handed to me”."""
    orders = held_orders(units).filter(TABS[tab][1](now, soon))
    return orders.filter(handler_id=user) if tab == "mine" else orders


def by_tab(units: list[int], user: int, now: datetime, soon: datetime) -> dict[str, QuerySet[WorkOrder]]:
    """Return the orders under each tab."""
    return {tab: under(tab, units, user, now, soon) for tab in TABS}


COUNTS: Final = PreparedCounts(by_tab, list, int, datetime, datetime)


def with_judgement(orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """Add what the resident said last of each: `said_result`, `said_process`, `said_comment`; empty before."""
    last = Evaluation.objects.filter(petition_id=OuterRef("matter_id")).order_by("-round")
    return orders.annotate(
        said_result=Subquery(last.values("result")[:1]),
        said_process=Subquery(last.values("process")[:1]),
        said_comment=Subquery(last.values("comment")[:1]),
    )


@dataclass(frozen=True)
class Figures:
    """One month of a unit: counts, and the rates of `petitions.figures` over its own work orders."""

    received: int
    answered: int
    in_time: float | None
    rates: Rates


def month_of(moment: datetime) -> datetime:
    """Return the first instant of the month, in Shanghai."""
    return moment.astimezone(SHANGHAI).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def figures(departments: list[int], now: datetime) -> tuple[Figures, Figures]:
    """Return this month and last month of these units; one SELECT.

    Received and contacted go by the month in which the order came, answered and judged by that of the answer. In time:
    answered before the internal limit ÷ answered. The rest as DOMAIN.md has it, from the one place that knows it
    (`petitions.figures`): contact made in time ÷ due; confirmed ÷ rated; unrated matters in no denominator.
    """
    this = month_of(now)
    last = month_of(this - timedelta(days=1))
    row = MONTHS.get(list(departments), last, this, now)
    half = len(row) // 2
    return _figures(row[:half]), _figures(row[half:])


def _months(departments: list[int], last: datetime, this: datetime, now: datetime) -> QuerySet[WorkOrder, Any]:
    """One row: the counts of `_parts`, for this month and then for last month."""
    # NULL where two people left the matter out of the rates.
    result = Petition.objects.filter(IN_RATES, pk=OuterRef("matter_id")).values("result")
    lately = Q(assigned_at__gte=last) | Q(replied_at__gte=last)
    own = WorkOrder.objects.filter(lately, matter_type=MATTER, department_id__among=departments)
    parts = {f"this_{name}": count for name, count in _parts(this, now, now).items()}
    parts |= {f"last_{name}": count for name, count in _parts(last, this, now).items()}
    counted = own.order_by().annotate(rated=Subquery(result)).values(one=Value(1)).annotate(**parts)
    return counted.values_list(*parts)


MONTHS: Final = PreparedRow(_months, list, datetime, datetime, datetime)


def _parts(since: datetime, until: datetime, now: datetime) -> dict[str, Any]:
    came = Q(assigned_at__gte=since, assigned_at__lt=until)
    went = Q(replied_at__gte=since, replied_at__lt=until)
    due = came & LEADS & contact_owed(now) & ~Q(state__in=HAD_AND_LOST) & Q(rated__isnull=False)
    judged = went & LEADS
    return {
        "received": Count("pk", filter=came),
        "answered": Count("pk", filter=went),
        "in_time": Count("pk", filter=went & Q(replied_at__lt=F("internal_due_at"))),
        "contact_due": Count("pk", filter=due),
        "contacted": Count("pk", filter=due & CONTACT_KEPT),
        "rated": Count("pk", filter=judged & Q(rated__in=Rating.values)),
        "resolved": Count("pk", filter=judged & Q(rated__in=[Rating.SATISFIED, Rating.BASICALLY_SATISFIED])),
        "satisfied": Count("pk", filter=judged & Q(rated=Rating.SATISFIED)),
        "basically": Count("pk", filter=judged & Q(rated=Rating.BASICALLY_SATISFIED)),
    }


COUNTED: Final = tuple(_parts(*[datetime(1970, 1, 1, tzinfo=SHANGHAI)] * 3))


def _figures(numbers: Sequence[int]) -> Figures:
    counts = dict(zip(COUNTED, numbers, strict=True))
    return Figures(
        received=counts["received"],
        answered=counts["answered"],
        in_time=share(counts["in_time"], counts["answered"]),
        rates=rates(counts),
    )
