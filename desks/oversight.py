"""What supervision looks at: the pending ledger, second failures, overdue by unit, key supervision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.counting import count_each
from desks.models import KeySupervision
from directory import queries
from directory.models import Department, Office
from dispatch.lifecycle import OPEN, SUPERVISOR, OrderState
from dispatch.models import Request as UnitRequest
from dispatch.models import RequestKind, RequestState, WorkOrder
from petitions.access import scope_of
from petitions.lifecycle import Exclusion
from petitions.models import Petition
from petitions.orders import visible_orders
from petitions.worklist import one_of

LISTED = 50  # of each list on the page; the workbench has them all
LONG = ("text", "search", "public_search", "public_text", "decline_reason")  # what no list shows
# The lists, as the workbench's filter `watch` names them, each with the column that names the petition.
LISTS: Final[dict[str, tuple[Any, str]]] = {
    "overdue": (_("A work order is overdue"), "matter_id"),
    "asked": (_("Proposed for the pending ledger"), "matter_id"),
    "ledger": (_("On the pending ledger"), "matter_id"),
    "failures": (_("Dissatisfied twice"), "pk"),
    "wished": (_("A deputy asks for supervision"), "pk"),
    "watched": (_("Under key supervision"), "petition_id"),
}
LATE = [OrderState.ASSIGNED, OrderState.SIGNED, OrderState.RETURN_REQUESTED]


def supervised_orders(user: Any) -> QuerySet[WorkOrder]:
    """The orders of the areas this user supervises."""
    areas = Q(pk__in=[])
    for path in scope_of(user).unit.office_paths(SUPERVISOR):
        areas |= Q(area_id__in=queries.areas_under(path))
    return visible_orders(user).filter(areas)


class Oversight:
    """What one supervisor looks at, at one instant. What they may read is worked out once for all lists."""

    def __init__(self, user: Any, now: datetime) -> None:
        self.now = now
        orders, matters = supervised_orders(user), Petition.objects.visible_to(user)
        late, open_ones = orders.filter(state__in=LATE, internal_due_at__lte=now), matters.open()
        waiting = UnitRequest.objects.filter(order=OuterRef("pk"), kind=RequestKind.LEDGER, state=RequestState.OPEN)
        held = KeySupervision.objects.filter(
            Exists(matters.filter(pk=OuterRef("petition_id"))), looked_back_at=None
        ).select_related("petition", "supervisor")
        # The overdue orders, the longest overdue first.
        self.overdue: QuerySet[WorkOrder] = late.order_by("internal_due_at", "id")
        # Orders whose unit proposes the pending ledger and waits.
        self.asked: QuerySet[WorkOrder] = orders.filter(Exists(waiting)).order_by("id")
        self.on_ledger: QuerySet[WorkOrder] = orders.filter(state=OrderState.PENDING_LEDGER)
        # Open petitions whose resident was dissatisfied twice or more.
        self.failures: QuerySet[Petition] = _lean(open_ones.filter(failures__gte=2)).order_by("due_at")
        # Open petitions for which a deputy asks supervision, not yet ordered; the longest waiting first.
        wished = open_ones.filter(supervision_asked_at__isnull=False, supervised_at=None)
        self.deputies_ask: QuerySet[Petition] = _lean(wished).order_by("supervision_asked_at")
        # Matters that somebody proposes to leave out of the rates.
        self.exclusions: QuerySet[Petition] = matters.filter(exclusion=Exclusion.PROPOSED)
        # Matters under key supervision that this user may read, the next look-back first.
        self.watched: QuerySet[KeySupervision] = held.defer(
            *(f"petition__{name}" for name in LONG), "supervisor__phone"
        ).order_by("look_back_on")

    def rows_of(self, name: str) -> QuerySet[Any]:
        """One of the LISTS: what the page shows the beginning of, and counts."""
        found: dict[str, QuerySet[Any]] = {
            "overdue": self.overdue,
            "asked": self.asked,
            "ledger": self.on_ledger,
            "failures": self.failures,
            "wished": self.deputies_ask,
            "watched": self.watched,
        }
        return found[name]

    def matters(self, name: str) -> Q:
        """The condition on petitions of being in one of the LISTS: an order's matter is there once."""
        return one_of(self.rows_of(name), LISTS[name][1])

    def overdue_at(self, unit: Department | None) -> Q:
        """The condition on petitions of having an overdue order at this unit."""
        return one_of(self.overdue.filter(department=unit)) if unit else Q(pk__in=[])

    def numbers(self) -> dict[str, int]:
        """Return how many there are of each, a hundred at most (`common.counting.count_each`); one SELECT.

        Of the lists of orders also how many matters they are of (`overdue_matters`): so many the workbench lists.
        """
        counted = {name: self.rows_of(name) for name in LISTS} | {"exclusions": self.exclusions}
        of_orders = [name for name, (_words, column) in LISTS.items() if column == "matter_id"]
        distinct = {f"{name}_matters": self.rows_of(name).values("matter_id").distinct() for name in of_orders}
        return count_each(counted | distinct)

    def ledger(self) -> list[dict[str, Any]]:
        """Orders on the pending ledger, the longest unexamined first, each with its next recheck."""
        granted = _ledger_requests(RequestState.GRANTED)
        found = self.on_ledger.annotate(
            since=Subquery(granted.values("ruled_at")[:1]), recheck=Subquery(granted.values("rule_due_at")[:1])
        )
        return [
            {"order": order, "since": order.since, "recheck": order.recheck}
            for order in found.order_by("since", "id")[:LISTED]
        ]

    def proposals(self) -> list[dict[str, Any]]:
        """Orders proposed for the ledger, the next ruling first: why, since when, and by when to rule."""
        waiting = _ledger_requests(RequestState.OPEN)
        found = self.asked.annotate(
            reason=Subquery(waiting.values("reason")[:1]),
            since=Subquery(waiting.values("asked_at")[:1]),
            rule=Subquery(waiting.values("rule_due_at")[:1]),
        )
        return [
            {"order": order, "reason": order.reason, "since": order.since, "rule": order.rule}
            for order in found.order_by("rule", "id")[:LISTED]
        ]

    def overdue_by_unit(self) -> list[dict[str, Any]]:
        """Units with overdue orders: how many, since when, the worst first; one SELECT.

        A unit has one open order of a matter (`order_one_open_per_unit`), so that so many matters are overdue at it.
        """
        rows = (
            self.overdue.order_by()
            .values("department_id")
            .annotate(
                number=Count("pk"),
                oldest=Min("internal_due_at"),
                urged=Count("pk", filter=Q(urged_count__gt=0)),
            )
        )
        found = [{**row, "unit": queries.department_by_id(row["department_id"])} for row in rows]
        return sorted(found, key=lambda row: (-row["number"], row["oldest"]))


def _lean(matters: QuerySet[Petition]) -> QuerySet[Petition]:
    return matters.defer(*LONG)


def _ledger_requests(state: str) -> QuerySet[UnitRequest]:
    """The order's requests for the ledger in this state, the newest first."""
    found = UnitRequest.objects.filter(order=OuterRef("pk"), kind=RequestKind.LEDGER, state=state)
    return found.order_by("-id")


def colleagues(petition: Petition) -> list[User]:
    """Return the supervisors of the petition's area, by name: one of them answers for a key matter."""
    above = [".".join(petition.area.lineage()[:depth]) + "." for depth in range(1, petition.area.depth + 2)]
    offices = Office.objects.filter(role=SUPERVISOR, user__is_active=True, area__path__in=above)
    return sorted({office.user for office in offices.select_related("user")}, key=str)


def letter_rows(department_ids: list[int], now: datetime) -> dict[int, dict[str, Any]]:
    """What a weekly letter says of each unit: open, to sign, overdue, due within the week; one SELECT."""
    week = now + timedelta(days=7)
    found = (
        WorkOrder.objects.filter(department_id__in=department_ids, state__in=OPEN)
        .values("department_id")
        .annotate(
            open=Count("pk"),
            unsigned=Count("pk", filter=Q(state=OrderState.ASSIGNED)),
            overdue=Count("pk", filter=Q(state__in=LATE, internal_due_at__lte=now)),
            week=Count("pk", filter=Q(state__in=LATE, internal_due_at__gt=now, internal_due_at__lte=week)),
        )
    )
    return {row["department_id"]: dict(row) for row in found}
