"""The figures everyone here uses (DOMAIN.md), each defined once: as a condition on rows and as arithmetic on counts.

Statistics, the worklist's filter `figure`, a unit's own figures and exports all take them from here, so that a number
and the list behind it cannot disagree. Shares are of one; None where there is nothing to divide by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dispatch.models import OrderKind, WorkOrder
from petitions.access import HAD_AND_LOST
from petitions.lifecycle import MATTER, OPEN, Exclusion, Rating

# Response, resolution, satisfaction in the overall score (DOMAIN.md: 30 / 35 / 35), and what "basically" counts.
WEIGHTS: Final = (0.30, 0.35, 0.35)
BASICALLY: Final = 0.8

Condition = Callable[[datetime], Q]


# --- Conditions on work orders ------------------------------------------------------------------------------------

LEADS: Final = ~Q(kind=OrderKind.CO)
KEPT, MISSED = 1, 2
CONTACT_KEPT: Final = Q(contacted_at__lt=F("contact_due_at"))  # limits are half-open


def contact_owed(now: datetime) -> Q:
    """Orders whose first contact with the resident was due by `now`, or was made."""
    return Q(contact_due_at__lte=now) | Q(contact_due_at__isnull=False, contacted_at__isnull=False)


# --- Conditions on petitions --------------------------------------------------------------------------------------


def _all_leading() -> QuerySet[WorkOrder]:
    """The orders that lead (or led) petitions and were not taken back."""
    return WorkOrder.objects.filter(LEADS, matter_type=MATTER).exclude(state__in=HAD_AND_LOST).order_by()


def _leading() -> QuerySet[WorkOrder]:
    """Those of a petition."""
    return _all_leading().filter(matter_id=OuterRef("pk"))


# Left out of the rates by two people; every denominator and numerator of a rate has it.
IN_RATES: Final = ~Q(exclusion=Exclusion.EXCLUDED)


def _owed(now: datetime) -> Q:
    return IN_RATES & Q(Exists(_leading().filter(contact_owed(now))))


def _kept(now: datetime) -> Q:
    """Every contact that was due was made in time."""
    return _owed(now) & ~Q(Exists(_leading().filter(contact_owed(now)).exclude(CONTACT_KEPT)))


def contact(now: datetime) -> Case:
    """How the first contact stands on each petition: KEPT or MISSED, None where none was due.

    Both figures of contact at once, from one look at a petition's orders: what `_owed` and `_kept` say of one, this
    says of all that are counted.
    """
    return Case(When(IN_RATES, then=Subquery(_worst(_leading(), now).values("worst"))))


def contacts(now: datetime) -> QuerySet[WorkOrder, Any]:
    """The same from the side of the orders: `matter_id` and `worst` of each petition where one was due.

    Without IN_RATES, which is a petition's; for who looks at all petitions of a time.
    """
    found: QuerySet[WorkOrder, Any] = _worst(_all_leading(), now)
    return found


def _worst(orders: Any, now: datetime) -> Any:
    """A row for each petition of these orders: its number, and the worst of its contacts."""
    worst = Max(Case(When(CONTACT_KEPT, then=KEPT), default=MISSED))
    return orders.filter(contact_owed(now)).values("matter_id").annotate(worst=worst)


CHOSEN: Final = KeyTextTransform("code", KeyTransform("0", "departments"))
"""Of the router's view (`Routing`): the code of the unit that it put first."""


def _overturned(now: datetime) -> Q:
    """The unit that the router chose by itself has it no longer (`petitions.routed.routed_automatically`)."""
    chosen = KeyTextTransform("code", KeyTransform("0", "routing__departments"))
    return Q(routing__assigned=True) & (Q(lead_unit=None) | ~Q(lead_unit__code=chosen))


# Name: label, condition. What the worklist's filter `figure` knows, and what statistics count.
FIGURES: Final[dict[str, tuple[Any, Condition]]] = {
    "received": (pgettext_lazy("figure", "Received"), lambda now: Q()),
    "routed": (_("Routed at once"), lambda now: Q(routing__assigned=True)),
    "overturned": (_("Overturned"), _overturned),
    "contact_due": (_("Contact was due"), _owed),
    "contacted": (_("Contacted in time"), _kept),
    "rated": (_("Rated"), lambda now: IN_RATES & Q(result__in=Rating.values)),
    "resolved": (
        _("Confirmed as resolved"),
        lambda now: IN_RATES & Q(result__in=[Rating.SATISFIED.value, Rating.BASICALLY_SATISFIED.value]),
    ),
    "satisfied": (_("Satisfied"), lambda now: IN_RATES & Q(result=Rating.SATISFIED)),
    "basically": (_("Basically satisfied"), lambda now: IN_RATES & Q(result=Rating.BASICALLY_SATISFIED)),
    "dissatisfied": (_("Dissatisfied"), lambda now: IN_RATES & Q(result=Rating.DISSATISFIED)),
    "excluded": (pgettext_lazy("figure", "Left out of the rates"), lambda now: Q(exclusion=Exclusion.EXCLUDED)),
    "open": (pgettext_lazy("figure", "Open"), lambda now: Q(state__in=sorted(OPEN))),
    "overdue": (_("Overdue"), lambda now: Q(state__in=sorted(OPEN), due_at__lte=now)),
}

# A petition has one result, so that these counts are the sums of others.
SUMS: Final[dict[str, tuple[str, ...]]] = {
    "rated": ("satisfied", "basically", "dissatisfied"),
    "resolved": ("satisfied", "basically"),
}


# --- Arithmetic on counts -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rates:
    """The three rates and their weighted sum; unrated matters are in no denominator."""

    routed: float | None
    overturned: float | None
    response: float | None
    resolution: float | None
    satisfaction: float | None
    score: float | None


def share(part: float, whole: int) -> float | None:
    """Return the part of the whole, or None of nothing."""
    return part / whole if whole else None


def rates(counts: Mapping[str, int]) -> Rates:
    """Return the rates that follow from the counts of FIGURES; a count that is not given is zero.

    Response: contacted in time ÷ due. Resolution: the resident confirmed ÷ rated. Satisfaction: (satisfied + 0.8 ×
    basically) ÷ rated. The score exists only where all three do.
    """
    of = {name: counts.get(name, 0) for name in FIGURES}
    response = share(of["contacted"], of["contact_due"])
    resolution = share(of["resolved"], of["rated"])
    satisfaction = share(of["satisfied"] + BASICALLY * of["basically"], of["rated"])
    return Rates(
        routed=share(of["routed"], of["received"]),
        overturned=share(of["overturned"], of["routed"]),
        response=response,
        resolution=resolution,
        satisfaction=satisfaction,
        score=_score(response, resolution, satisfaction),
    )


def _score(*parts: float | None) -> float | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(WEIGHTS):
        return None
    return sum(weight * part for weight, part in zip(WEIGHTS, known, strict=True))
