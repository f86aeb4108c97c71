"""Which matters a deputy may claim, and what of them is shown before: never a resident's own words (docs/adr).

Published ones of the deputy's area, by their public text; and registered ones of the deputy's own stations, by
category, place and state alone. Never a restricted one, one not yet registered (nobody has looked for an accusation in
it), one addressed to or followed by another deputy, or the deputy's own.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from deputies.models import Deputy
from directory import queries
from petitions.access import scope_of
from petitions.lifecycle import Publication, State
from petitions.models import Claim, Petition

CLAIMABLE = frozenset(
    {State.REGISTERED.value, State.ASSIGNED.value, State.IN_PROGRESS.value, State.REPLIED.value, State.REWORK.value}
)
# The columns that may be shown; title, text, address, place on the map and contact stay in the database.
SHOWN = (
    "reference", "state", "state_since", "kind", "urgency", "category_id", "area_id", "station_id", "lead_unit_id",
    "submitted_at", "due_at", "publication", "public_title", "public_text", "supervised_at", "failures",
)  # fmt: skip


def claimable(user: Any) -> QuerySet[Petition]:
    """Return the matters this user may claim as a deputy; nothing for others. Read with `SHOWN` columns only."""
    scope = scope_of(user)
    deputy = Deputy.objects.select_related("area").filter(pk=scope.deputy or 0).first()
    if deputy is None:
        return Petition.objects.none()
    stations = list(deputy.stations.values_list("pk", flat=True))
    near = Q(station_id__in=stations)
    public = Q(publication=Publication.PUBLISHED, area_id__in=queries.areas_under(deputy.area.path))
    taken = Claim.objects.filter(petition=OuterRef("pk"), ended_at=None)
    found = Petition.objects.filter(near | public, restricted=False, deputy=None, state__in=CLAIMABLE)
    found = found.exclude(Exists(taken)).exclude(merged_into__isnull=False)
    if scope.contacts:
        found = found.exclude(contact_id__in=scope.contacts)
    return found.only(*SHOWN)


def duty_of(petition: Petition) -> list[int]:
    """Return the deputies who follow a matter: who claimed it, and who raised it for the resident."""
    claimed = list(Claim.objects.filter(petition=petition, ended_at=None).values_list("deputy_id", flat=True))
    raised: list[int] = []
    if petition.deputy_id and petition.entered_by_id:
        own = Deputy.objects.filter(pk=petition.deputy_id, user_id=petition.entered_by_id)
        raised = list(own.values_list("pk", flat=True))
    return sorted({*claimed, *raised})
