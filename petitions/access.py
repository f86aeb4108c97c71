"""Who may read which petition, and in which capacities somebody acts on one. The single place for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from common.prepared import Prepared
from directory import queries
from dispatch.access import PORTAL, Actor, UnitScope
from dispatch.lifecycle import DEPUTY, DISPATCHER, OFFICER, SUPERVISOR, SYSTEM, OrderState
from dispatch.models import WorkOrder
from petitions.lifecycle import MATTER, RESIDENT, STATION_HEAD
from stations.access import StationScope

if TYPE_CHECKING:
    from petitions.models import Petition


@dataclass(frozen=True)
class Petitioner:
    """The resident, known by reference and telephone number or by a one-time code, without an account."""


PETITIONER = Petitioner()
By = User | Petitioner | Actor
"""Who makes a move: a signed-in user, the petitioner, or the portal itself (dispatch.access.PORTAL)."""

# The capacities that reach a restricted matter (DOMAIN.md: deputies and handling units cannot read it).
RESTRICTED = frozenset({SUPERVISOR, RESIDENT, SYSTEM})
# A unit that gave an order back, or lost it, reads the matter no longer.
HAD_AND_LOST = [OrderState.RETURNED.value, OrderState.CANCELLED.value]


@dataclass(frozen=True)
class Scope:
    """Everything from which a user's capacities follow. Loaded once a request."""

    unit: UnitScope = field(default_factory=lambda: UnitScope({}, ()))
    officer_of: frozenset[int] = frozenset()
    head_of: frozenset[int] = frozenset()
    deputy: int | None = None
    phone_index: str = ""
    contacts: frozenset[int] = frozenset()  # those with the user's own telephone number
    claims: frozenset[int] = frozenset()  # petitions that the user follows as a deputy

    @property
    def is_staff(self) -> bool:
        """Whether the user works here: in a unit, an office or a station."""
        return bool(self.unit.units or self.unit.offices or self.officer_of or self.head_of)


# Who reads a petition with all of its work orders (`in_charge_filter`).
IN_CHARGE = frozenset({OFFICER, STATION_HEAD, DISPATCHER, DEPUTY, SUPERVISOR})

# Everything from which a scope follows, in one round trip.
SCOPE_SQL = """
SELECT 'unit', department_id, role FROM directory_membership WHERE user_id = %(user)s
UNION ALL SELECT 'office:' || role, 0, path FROM directory_office o JOIN directory_area a ON a.id = o.area_id
    WHERE user_id = %(user)s
UNION ALL SELECT 'officer', id, '' FROM stations_station WHERE officer_id = %(user)s
UNION ALL SELECT 'head', id, '' FROM stations_station WHERE head_id = %(user)s
UNION ALL SELECT 'deputy', id, '' FROM deputies_deputy WHERE user_id = %(user)s AND is_active
UNION ALL SELECT 'claim', petition_id, '' FROM petitions_claim c JOIN deputies_deputy d ON d.id = c.deputy_id
    WHERE d.user_id = %(user)s AND d.is_active AND c.ended_at IS NULL
UNION ALL SELECT 'contact', id, '' FROM accounts_contact WHERE phone_index = %(phone)s AND %(phone)s <> ''
"""


def scope_of(user: User | AnonymousUser) -> Scope:
    """Return the user's scope: one SELECT, kept on the user object for the request."""
    if not isinstance(user, User):
        return Scope()
    cached: Scope | None = getattr(user, "_petition_scope", None)
    if cached is None:
        with connection.cursor() as cursor:
            cursor.execute(SCOPE_SQL, {"user": user.pk, "phone": user.phone_index})
            cached = _scope(cursor.fetchall(), user.phone_index)
        user._petition_scope = cached  # type: ignore[attr-defined]
        user._unit_scope = cached.unit  # type: ignore[attr-defined]
        user._station_scope = StationScope(  # type: ignore[attr-defined]
            cached.unit, cached.officer_of, cached.head_of, cached.deputy
        )
    return cached


def forget_scope(user: User | None) -> None:
    """Have the scope read anew: what it follows from was changed within this request."""
    for name in ("_petition_scope", "_unit_scope"):
        if user is not None and hasattr(user, name):
            delattr(user, name)


def _scope(rows: Sequence[tuple[str, int, str]], phone_index: str) -> Scope:
    def numbers(kind: str) -> frozenset[int]:
        return frozenset(number for found, number, _text in rows if found == kind)

    offices = [(text, kind.removeprefix("office:")) for kind, _number, text in rows if kind.startswith("office:")]
    return Scope(
        unit=UnitScope({number: role for kind, number, role in rows if kind == "unit"}, tuple(offices)),
        officer_of=numbers("officer"),
        head_of=numbers("head"),
        deputy=min(numbers("deputy"), default=None),
        phone_index=phone_index,
        contacts=numbers("contact"),
        claims=numbers("claim"),
    )


def visible_filter(user: User | AnonymousUser | Any) -> Q:
    """Return the condition on petitions that this user may read; matches nothing for strangers.

    Being a superuser opens nothing: administrators look after master data, not after people's matters.
    """
    scope = scope_of(user)
    seen = in_charge_filter(scope)
    if scope.unit.units:
        held = orders_of_units(scope).filter(matter_type=MATTER, matter_id=OuterRef("pk"))
        seen |= Q(Exists(held)) & Q(restricted=False)
    if scope.contacts:
        seen |= Q(contact_id__in=scope.contacts)
    return seen


def in_charge_filter(scope: Scope) -> Q:
    """Return the condition on petitions that are read with all their work orders: by station, deputy or office."""
    apart = Q(pk__in=[])
    if stations := scope.officer_of | scope.head_of:
        apart |= Q(station_id__in=stations)
    for path in scope.unit.office_paths(DISPATCHER):
        apart |= Q(area_id__in=queries.areas_under(path))
    if scope.deputy:
        apart |= Q(deputy_id=scope.deputy)
    if scope.claims:
        apart |= Q(pk__in=scope.claims)
    whole = apart & Q(restricted=False)
    for path in scope.unit.office_paths(SUPERVISOR):
        whole |= Q(area_id__in=queries.areas_under(path))
    return whole


def in_charge(user: User, petition: Petition) -> bool:
    """Whether the user reads the petition by station, deputy or office: `in_charge_filter` for one in hand."""
    return bool(resolve(user, petition).capacities & IN_CHARGE)


def may_read(user: User | AnonymousUser, petition: Petition) -> bool:
    """Whether the user may read this petition: `visible_filter` for one in hand, asked of units' orders only."""
    if not isinstance(user, User):
        return False
    if resolve(user, petition).capacities & (IN_CHARGE | {RESIDENT}):
        return True
    units = scope_of(user).unit.units
    return bool(units) and not petition.restricted and HELD.first(petition.pk, list(units)) is not None


def orders_of_units(scope: Scope) -> Any:
    """Return the work orders that the scope's units hold or have answered."""
    return WorkOrder.objects.filter(department_id__in=scope.unit.units).exclude(state__in=HAD_AND_LOST)


# Those of one petition that these units hold.
HELD = Prepared(
    lambda petition, units: (
        WorkOrder.objects.of(MATTER, petition).filter(department__among=units).exclude(state__in=HAD_AND_LOST)
    ),
    int,
    list,
)


def resolve(by: By, petition: Petition, order: WorkOrder | None = None) -> Actor:
    """Return who acts on this petition (and order), in every capacity that is theirs on it."""
    if isinstance(by, Actor):
        return by
    if isinstance(by, Petitioner):
        return Actor(None, frozenset({RESIDENT}))
    held = _capacities(scope_of(by), petition, order)
    return Actor(by, held & RESTRICTED if petition.restricted else held)


def _capacities(scope: Scope, petition: Petition, order: WorkOrder | None) -> frozenset[str]:
    held = set(scope.unit.office_capacities(petition.area.path))
    if petition.station_id in scope.officer_of:
        held.add(OFFICER)
    if petition.station_id in scope.head_of:
        held.add(STATION_HEAD)
    if scope.deputy and (petition.deputy_id == scope.deputy or petition.pk in scope.claims):
        held.add(DEPUTY)
    if _is_own(scope, petition):
        held.add(RESIDENT)
    if order is not None and (role := scope.unit.units.get(order.department_id)):
        held.add(role)
    return frozenset(held)


def _is_own(scope: Scope, petition: Petition) -> bool:
    """Whether it came from the user's own telephone number. Rows of a list come without their contact."""
    if "contact" in petition._state.fields_cache:
        return bool(scope.phone_index) and petition.contact.phone_index == scope.phone_index
    return petition.contact_id in scope.contacts


__all__ = [
    "PETITIONER",
    "PORTAL",
    "By",
    "Petitioner",
    "Scope",
    "resolve",
    "scope_of",
    "visible_filter",
]
