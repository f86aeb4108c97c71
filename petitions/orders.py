"""Who may read which work order of a petition: never more than the petition itself (access.visible_filter)."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from dispatch.models import WorkOrder
from petitions.access import in_charge_filter, orders_of_units, scope_of
from petitions.lifecycle import MATTER
from petitions.models import Petition


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
