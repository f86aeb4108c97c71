"""What supervision looks at: the pending ledger, second failures, overdue by unit, key supervision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from accounts.models import User
from desks.models import KeySupervision
from directory import queries
from directory.models import Office
from dispatch.lifecycle import OPEN, SUPERVISOR, OrderState
from dispatch.models import Request as UnitRequest
from dispatch.models import RequestKind, RequestState, WorkOrder
from petitions.access import scope_of
from petitions.models import Petition
from petitions.orders import visible_orders
from petitions.worklist import count_each

LISTED = 50  # of each list on the page; the workbench has them all
LATE = [OrderState.ASSIGNED, OrderState.SIGNED, OrderState.RETURN_REQUESTED]


def supervised_orders(user: Any) -> QuerySet[WorkOrder]:
    """The orders of the areas this user supervises."""
    areas = Q(pk__in=[])
    for path in scope_of(user).unit.office_paths(SUPERVISOR):
        areas |= Q(area_id__in=queries.areas_under(path))
    return visible_orders(user).filter(areas)


def colleagues(petition: Petition) -> list[User]:
    """Return the supervisors of the petition's area, by name: one of them answers for a key matter."""
    above = [".".join(petition.area.lineage()[:depth]) + "." for depth in range(1, petition.area.depth + 2)]
    offices = Office.objects.filter(role=SUPERVISOR, user__is_active=True, area__path__in=above)
    return sorted({office.user for office in offices.select_related("user")}, key=str)


def numbers(user: Any, now: datetime) -> dict[str, int]:
    """Return how many there are of each, at most a hundred counted (`petitions.worklist.count_each`); one SELECT."""
    return count_each(
        {
            "overdue": overdue_orders(user, now),
            "failures": second_failures(user),
            "ledger": supervised_orders(user).filter(state=OrderState.PENDING_LEDGER),
            "asked": asked_for_ledger(user),
            "watched": watched(user),
        }
    )


def ledger(user: Any, now: datetime) -> list[dict[str, Any]]:
    """Orders on the pending ledger, the longest unexamined first, each with its next recheck."""
    found = supervised_orders(user).filter(state=OrderState.PENDING_LEDGER).select_related("department", "area")
    granted = UnitRequest.objects.filter(kind=RequestKind.LEDGER, state=RequestState.GRANTED)
    rows = list(
        found.annotate(since=Max("requests__ruled_at", filter=Q(requests__in=granted))).order_by("since")[:LISTED]
    )
    return [{"order": order, "since": order.since, "recheck": _recheck(order)} for order in rows]


def _recheck(order: WorkOrder) -> datetime | None:
    """At most every 60 working days (DOMAIN.md); the clock's own date where it is set."""
    if order.alert_at is not None:
        return order.alert_at
    level = queries.service_level(order.service, order.urgency)
    since: datetime | None = getattr(order, "since", None)
    return queries.calendar().add_working_days(since, level.ledger_recheck_wd) if since else None


def asked_for_ledger(user: Any) -> QuerySet[WorkOrder]:
    """Orders whose unit proposes the pending ledger and waits."""
    open_ones = UnitRequest.objects.filter(order=OuterRef("pk"), kind=RequestKind.LEDGER, state=RequestState.OPEN)
    return supervised_orders(user).filter(Exists(open_ones)).select_related("department", "area").order_by("id")


def second_failures(user: Any) -> QuerySet[Petition]:
    """Open petitions whose resident was dissatisfied twice or more."""
    visible = Petition.objects.visible_to(user).open().filter(failures__gte=2)
    return visible.select_related("area", "lead_unit").defer("search", "text").order_by("due_at")


def asked_by_deputies(user: Any) -> QuerySet[Petition]:
    """Open petitions for which a deputy asks supervision, not yet ordered; the longest waiting first."""
    visible = Petition.objects.visible_to(user).open().filter(supervision_asked_at__isnull=False, supervised_at=None)
    return visible.select_related("area", "lead_unit").defer("search", "text").order_by("supervision_asked_at")


def overdue_by_unit(user: Any, now: datetime) -> list[dict[str, Any]]:
    """Units with overdue orders: how many, since when, the worst first; one SELECT."""
    late = supervised_orders(user).filter(state__in=LATE, internal_due_at__lte=now)
    rows = late.values("department__code").annotate(
        number=Count("pk"), oldest=Min("internal_due_at"), urged=Count("pk", filter=Q(urged_count__gt=0))
    )
    found = [{**row, "unit": queries.department_by_code(row["department__code"])} for row in rows]
    return sorted(found, key=lambda row: (-row["number"], row["oldest"]))


def overdue_orders(user: Any, now: datetime) -> QuerySet[WorkOrder]:
    """The overdue orders themselves, the longest overdue first."""
    late = supervised_orders(user).filter(state__in=LATE, internal_due_at__lte=now)
    return late.select_related("department", "area").order_by("internal_due_at", "id")


def watched(user: Any) -> QuerySet[KeySupervision]:
    """Matters under key supervision that this user may read, the next look-back first."""
    readable = Petition.objects.visible_to(user).filter(pk=OuterRef("petition_id"))
    held = KeySupervision.objects.filter(Exists(readable), looked_back_at=None)
    related = ("petition__lead_unit", "petition__area", "supervisor")
    return held.select_related(*related).order_by("look_back_on")


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
