"""A list of the workbench as its address says it: what may be asked for, and what is found. For page and export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.addresses import address_of
from desks.access import desk_of
from desks.oversight import LISTS, Oversight
from directory import queries
from directory.models import PetitionKind, Urgency
from petitions import choices
from petitions.figures import FIGURES
from petitions.lifecycle import State
from petitions.models import Channel, Petition, PetitionQuerySet
from petitions.worklist import WITHOUT, WorklistFilter
from stations.queries import every_station

ORDERS = {
    "": gettext_lazy("Newest first"),
    "due_at": gettext_lazy("Due first"),
    "submitted_at": gettext_lazy("Oldest first"),
    "-state_since": gettext_lazy("Last moved first"),
}
# What the address of a list may hold; everything else is left out, never an error on a page.
CHOSEN = (
    "search", "urgency", "kind", "channel", "state", "category", "area", "station", "department",
    "submitted_after", "submitted_before",
)  # fmt: skip
# Filters that numbers on other pages lead to; the list shows them as what they are, with a way to take them off.
# Those of supervision hold what this supervisor's own page counts, by the same querysets (`oversight`).
OVERSEEN = ("watch", "overdue_at")
BEHIND = ("figure", "place", "subject", "without", *OVERSEEN)
# What no row shows, and is long.
UNSHOWN = (
    "text", "search", "public_search", "public_text", "decline_reason", "decline_channel",
)  # fmt: skip
KNOWN = ("tab", *CHOSEN, *BEHIND, "ordering", "cursor")


def asked(data: Mapping[str, Any]) -> dict[str, str]:
    """Return what the address asks for: known names only, nothing empty."""
    return {name: str(data[name])[:100] for name in KNOWN if data.get(name)}


def filtered(user: Any, query: Mapping[str, str]) -> tuple[PetitionQuerySet, str]:
    """Return the petitions the API's own filters find, and a sentence where one was not understood."""
    visible = Petition.objects.visible_to(user)
    conditions = QueryDict(urlencode({k: v for k, v in query.items() if k not in ("ordering", "cursor")}))
    chosen = WorklistFilter(conditions, queryset=visible, only_given=True)
    if not chosen.is_valid():
        return visible.none(), _("One of the filters was not understood. Clear them and choose again.")
    return _overseen(chosen.qs, user, query)


def _overseen(found: PetitionQuerySet, user: Any, query: Mapping[str, str]) -> tuple[PetitionQuerySet, str]:
    """Of these petitions those that a list of the supervision page holds, if one is asked for."""
    if not any(query.get(name) for name in OVERSEEN):
        return found, ""
    if not desk_of(user).supervision:
        return found.none(), _("This list of supervision is the supervisors’ alone. Clear the filters.")
    held = Oversight(user, timezone.now())
    if name := query.get("watch"):
        if name not in LISTS:
            return found.none(), _("One of the filters was not understood. Clear them and choose again.")
        found = found.filter(held.matters(name))
    if code := query.get("overdue_at"):
        found = found.filter(held.overdue_at(queries.department_by_code(code)))
    return found, ""


def shown(found: PetitionQuerySet) -> PetitionQuerySet:
    """With what a row of the list shows, and no join: versions and the router's views come for the page's rows alone
    (`versions.give`, `rows.give_views`), not for all that are sorted before a page is cut off."""
    return found.defer(*UNSHOWN)


def columns_of(query: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns that the list is ordered by."""
    order = query.get("ordering", "")
    return (order,) if order in ORDERS and order else ("-id",)


def address(query: Mapping[str, Any]) -> str:
    """Return the address of a list."""
    return address_of("desks:home") + "?" + urlencode({name: value for name, value in query.items() if value})


def behind(kept: Mapping[str, str]) -> list[dict[str, str]]:
    """The filters that have no field of their own, in words, each with the address without it."""
    words = {
        "figure": lambda code: FIGURES[code][0] if code in FIGURES else code,
        "place": lambda code: _("%(place)s, anywhere") % {"place": choices.area_label(code)},
        "subject": choices.category_label,
        "without": lambda code: dict(WITHOUT).get(code, code),
        "watch": lambda code: LISTS[code][0] if code in LISTS else code,
        "overdue_at": lambda code: _("Work order overdue at %(unit)s") % {"unit": choices.department_label(code)},
    }
    return [
        {
            "name": name,
            "value": kept[name],
            "words": str(words[name](kept[name])),
            "off": address({each: value for each, value in kept.items() if each != name}),
        }
        for name in BEHIND
        if name in kept
    ]


def filter_choices() -> dict[str, Any]:
    """What the filters offer: from the directory's snapshot, no SQL when warm."""
    known = queries.snapshot()
    return {
        "urgency": Urgency.choices,
        "kind": PetitionKind.choices,
        "channel": Channel.choices,
        "state": State.choices,
        "station": [(each.code, choices.label(each)) for each in every_station()],
        "category": choices.category_tree(),
        "area": choices.area_tree(),
        "department": [(code, choices.label(each)) for code, each in known.departments.items()],
        "ordering": list(ORDERS.items()),
    }
