"""Who may read which work order of a petition: never more than the petition itself (access.visible_filter)."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from common.prepared import Prepared
from dispatch.models import WorkOrder
from petitions.access import HAD_AND_LOST, in_charge, in_charge_filter, may_read, orders_of_units, scope_of
from petitions.lifecycle import MATTER
from petitions.models import Petition

PETITION = Prepared(lambda pk: Petition.objects.with_all().filter(pk=pk), int)
BY_REFERENCE = Prepared(lambda reference: Petition.objects.with_all().filter(reference=reference), str)
ORDER = Prepared(lambda pk: _with_handler(WorkOrder.objects.filter(pk=pk, matter_type=MATTER)), int)
ORDERS = Prepared(lambda petition: _with_handler(WorkOrder.objects.of(MATTER, petition)), int)


def _with_handler(orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    return orders.select_related("handler").defer("handler__phone")  # the number is not shown, and would be deciphered


def petition_for(user: User | AnonymousUser, reference: str | None) -> Petition:
    """Return the petition with this reference, with all that an answer about it shows.

    Raises Petition.DoesNotExist also where it is there and this user may not read it.
    """
    petition = BY_REFERENCE.get(reference)
    if not may_read(user, petition):
        raise Petition.DoesNotExist
    return petition


def order_for(user: User | AnonymousUser, pk: int) -> tuple[WorkOrder, Petition]:
    """Return a work order, and its petition, as `visible_orders` has it. Raises WorkOrder.DoesNotExist."""
    order = ORDER.get(pk)
    petition = PETITION.get(order.matter_id)
    if not _sees(user, order, petition):
        raise WorkOrder.DoesNotExist
    return order, petition


def _sees(user: User | AnonymousUser, order: WorkOrder, petition: Petition) -> bool:
    if not isinstance(user, User):
        return False
    own = order.department_id in scope_of(user).unit.units and order.state not in HAD_AND_LOST
    return in_charge(user, petition) or (own and not petition.restricted)


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


def held_orders(units: list[int]) -> QuerySet[WorkOrder]:
    """Return the work orders these units hold or have answered, as their members read them (`visible_orders`)."""
    open_to_units = Petition.objects.filter(pk=OuterRef("matter_id"), restricted=False)
    held = WorkOrder.objects.filter(department__among=units, matter_type=MATTER).exclude(state__in=HAD_AND_LOST)
    return held.filter(Exists(open_to_units))


def orders_seen(petition: Petition, user: User) -> list[WorkOrder]:
    """Return the orders of a petition in hand that this user may read, the oldest first, with their handlers."""
    return [order for order in ORDERS.rows(petition.pk) if _sees(user, order, petition)]
