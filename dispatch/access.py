"""In which capacities somebody may act on a work order, from memberships alone."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from directory.models import Membership, Office
from dispatch.lifecycle import SYSTEM
from dispatch.models import WorkOrder


@dataclass(frozen=True)
class Actor:
    """Who acts, and in which capacities on the matter at hand. `user` is None for the portal itself."""

    user: User | None
    capacities: frozenset[str]

    def capacity(self, who: frozenset[str]) -> str | None:
        """Return the capacity in which a move open to `who` may be made, or None."""
        return min(self.capacities & who, default=None)


PORTAL = Actor(None, frozenset({SYSTEM}))


@dataclass(frozen=True)
class UnitScope:
    """A user's units (id → role) and commission offices ((area path, role), …)."""

    units: dict[int, str]
    offices: tuple[tuple[str, str], ...]

    def office_capacities(self, area_path: str) -> frozenset[str]:
        """The offices whose area contains `area_path`."""
        return frozenset(role for path, role in self.offices if area_path.startswith(path))

    def office_paths(self, role: str) -> list[str]:
        """Paths of the areas in which the user holds `role`."""
        return [path for path, held in self.offices if held == role]


def unit_scope(user: User) -> UnitScope:
    """Return the user's units and offices; two SELECTs, kept on the user object for the request."""
    cached: UnitScope | None = getattr(user, "_unit_scope", None)
    if cached is None:
        units = dict(Membership.objects.filter(user=user).values_list("department_id", "role"))
        offices = tuple(Office.objects.filter(user=user).values_list("area__path", "role"))
        cached = user._unit_scope = UnitScope(units, offices)  # type: ignore[attr-defined]
    return cached


def order_capacities(user: User, order: WorkOrder) -> frozenset[str]:
    """Return handler or head of the order's unit, dispatcher or supervisor of its area, as far as they apply."""
    scope = unit_scope(user)
    role = scope.units.get(order.department_id)
    return scope.office_capacities(order.area.path) | (frozenset({role}) if role else frozenset())
