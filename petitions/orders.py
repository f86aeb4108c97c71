"""Who may read which work order of a petition: never more than the petition itself (access.visible_filter)."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from dispatch.lifecycle import DEPUTY, DISPATCHER, OFFICER, SUPERVISOR
from dispatch.models import WorkOrder
from petitions.access import in_charge_filter, orders_of_units, resolve, scope_of
from petitions.lifecycle import MATTER, STATION_HEAD
from petitions.models import Petition

# The capacities of access.in_charge_filter, on a petition that is in hand; `resolve` keeps the restricted apart.
IN_CHARGE = frozenset({OFFICER, STATION_HEAD, DISPATCHER, DEPUTY, SUPERVISOR})


def visible_orders(user: User | AnonymousUser) -> QuerySet[WorkOrder]:
    """Return the work orders this user may read.

    A unit reads its own; station, deputy, dispatcher and supervisor read all of a petition they read. Those of a
    restricted petition are the supervisor's alone, whatever state they ended in.
    """
    scope = scope_of(user)
    petition = Petition.objects.filter(pk=OuterRef("matter_id"))
    seen = Q(Exists(petition.filter(in_charge_filter(scope))))
    if scope.unit.units:
        own = Q(pk__in=orders_of_units(scope).values("pk"))
        seen |= own & Q(Exists(petition.filter(restricted=False)))
    return WorkOrder.objects.filter(seen, matter_type=MATTER)


def orders_seen(petition: Petition, user: User | AnonymousUser) -> QuerySet[WorkOrder]:
    """Return the orders of a petition in hand that this user may read: `visible_orders` without its sub-queries."""
    orders = WorkOrder.objects.of(MATTER, petition.pk)
    if resolve(user, petition).capacities & IN_CHARGE:  # type: ignore[arg-type]
        return orders
    scope = scope_of(user)
    if petition.restricted or not scope.unit.units:
        return orders.none()
    own: QuerySet[WorkOrder] = orders_of_units(scope).filter(matter_type=MATTER, matter_id=petition.pk)
    return own
