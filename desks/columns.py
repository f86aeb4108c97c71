"""What an export holds: a line of cells for each petition, never more than its reader may read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from dispatch.models import WorkOrder
from petitions.lifecycle import MATTER
from petitions.models import Petition
from petitions.orders import visible_orders
from petitions.reading import contact_of


def heading(*, personal: bool) -> list[str]:
    """The titles of the columns, in the language now active."""
    return [
        _("Reference"),
        _("Title"),
        _("State"),
        _("Type of petition"),
        _("Urgency"),
        _("Channel"),
        _("Category"),
        _("Place"),
        _("Station"),
        _("Unit"),
        _("Received"),
        _("Registered"),
        _("Deadline"),
        _("Overdue"),
        _("Replied"),
        _("Ended"),
        _("Times dissatisfied"),
        _("Result, as the resident sees it"),
        _("Under supervision"),
        _("Publication"),
        *([_("Resident’s name"), _("Resident’s telephone number"), _("Where exactly?")] if personal else []),
    ]


def lines(petitions: Sequence[Petition], user: User, now: datetime, *, personal: bool) -> list[list[Any]]:
    """Return the cells of some petitions; one SELECT for the orders that decide about personal details."""
    held = _orders(petitions, user) if personal else {}
    return [
        [*_line(petition, now), *(_personal(petition, user, held.get(petition.pk, [])) if personal else [])]
        for petition in petitions
    ]


def _orders(petitions: Sequence[Petition], user: User) -> dict[int, list[WorkOrder]]:
    found: dict[int, list[WorkOrder]] = defaultdict(list)
    numbers = [petition.pk for petition in petitions]
    for order in visible_orders(user).filter(matter_type=MATTER, matter_id__in=numbers):
        found[order.matter_id].append(order)
    return found


def _line(petition: Petition, now: datetime) -> list[Any]:
    yes, no = _("yes"), ""
    return [
        petition.spoken_reference,
        petition.title,
        petition.get_state_display(),
        petition.get_kind_display(),
        petition.get_urgency_display(),
        petition.get_channel_display(),
        petition.category.label if petition.category else "",
        petition.area.label,
        petition.station.label if petition.station else "",
        petition.lead_unit.label if petition.lead_unit else "",
        _moment(petition.submitted_at),
        _moment(petition.registered_at),
        _moment(petition.due_at),
        yes if petition.is_overdue(now) else no,
        _moment(petition.replied_at),
        _moment(petition.ended_at),
        petition.failures,
        petition.get_result_display(),
        yes if petition.supervised_at else no,
        petition.get_publication_display(),
    ]


def _moment(at: datetime | None) -> str:
    """An instant that every spreadsheet sorts rightly, in Shanghai."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _personal(petition: Petition, user: User, orders: Sequence[WorkOrder]) -> list[str]:
    """Name, number and address, by the very rule of the matter's page; empty where it says no."""
    reach = contact_of(petition, user, orders)
    return [reach["name"], reach["phone"], petition.address] if reach else ["", "", ""]
