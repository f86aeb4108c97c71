"""What belongs to work orders in hand: one SELECT, whose SQL is kept."""

from __future__ import annotations

from collections.abc import Sequence

from common.prepared import Prepared
from dispatch.models import Request, WorkOrder

REQUESTS = Prepared(lambda orders: Request.objects.filter(order__among=orders).order_by("id"), list)


def requests_of(order: WorkOrder) -> list[Request]:
    """Return what the unit has asked for, from the order's prefetch where it was made for a whole batch."""
    fetched = "requests" in getattr(order, "_prefetched_objects_cache", {})
    return list(order.requests.all()) if fetched else REQUESTS.rows([order.pk])


def requests_by_order(orders: Sequence[WorkOrder]) -> dict[int, list[Request]]:
    """Return the requests of each of these orders; one SELECT."""
    found: dict[int, list[Request]] = {order.pk: [] for order in orders}
    for request in REQUESTS.rows(list(found)) if found else ():
        found[request.order_id].append(request)
    return found
