"""Who is responsible for what, where and by when: the master data that every other app reads.

Two trees (areas, categories) carry their path, so that a subtree is one indexed prefix scan. Dates are
half-open, `[valid_from, valid_until)`. Limits of time are rows of `ServiceLevel`, never constants.
"""

from directory.models.limits import CalendarDay, PetitionKind, ServiceLevel, Urgency
from directory.models.matters import Category
from directory.models.places import Area
from directory.models.rules import CoUnit, Responsibility
from directory.models.units import Department, Membership, Office

__all__ = [
    "Area",
    "CalendarDay",
    "Category",
    "CoUnit",
    "Department",
    "Membership",
    "Office",
    "PetitionKind",
    "Responsibility",
    "ServiceLevel",
    "Urgency",
]
