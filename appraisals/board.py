"""What hangs on a station's wall (公示栏): who the deputies are, when they receive, what was solved, what was done.

Only what is public anyway: published petitions in their public words, announced receptions, facts of duty, no rankings.
A constant number of SELECTs, whatever the station holds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from appraisals.models import DutyReport
from deputies.models import DutyRecord
from deputies.queries import names_of_items
from directory.calendar import local_day
from petitions.lifecycle import State
from petitions.models import Petition
from stations.models import Reception, Station

# As much as a screen of 1920 × 1080 shows without scrolling.
DEPUTIES, RECEPTIONS, SOLVED, ASKED, FACTS, MEETINGS = 10, 3, 5, 3, 6, 1
DONE = (State.CONCLUDED, State.ARCHIVED)
SHOWN = (
    *("reference", "public_title", "state", "result", "submitted_at", "published_at", "ended_at", "category_id"),
    *("area_id", "station_id", "lead_unit_id"),
)


def board(station: Station, now: datetime) -> dict[str, Any]:
    """Return everything the board shows of a station."""
    told = Petition.objects.published().filter(station=station).only(*SHOWN)
    return {
        "station": station,
        "hours": list(station.hours.all()),
        "deputies": list(station.deputies.active().order_by("code")[:DEPUTIES]),
        "receptions": list(_receptions(station, now)),
        "solved": list(told.filter(state__in=DONE).order_by("-ended_at", "-id")[:SOLVED]),
        "asked": list(told.exclude(state__in=DONE).order_by("-published_at", "-id")[:ASKED]),
        "facts": facts(station, now),
        "year": local_day(now).year,
        "meetings": list(_meetings(station, now)),
        "now": now,
    }


def _receptions(station: Station, now: datetime) -> Any:
    return Reception.objects.coming(now).filter(station=station).prefetch_related("deputies")[:RECEPTIONS]


def _meetings(station: Station, now: datetime) -> Any:
    coming = DutyReport.objects.public().filter(station=station, meeting_at__gt=now - timedelta(hours=12))
    return coming.select_related("deputy", "poll").defer("text").order_by("meeting_at")[:MEETINGS]


def facts(station: Station, now: datetime) -> list[dict[str, Any]]:
    """How often what was done at this station this year, by kind: two SELECTs. Facts, and nobody's points."""
    year = local_day(now).year
    standing = DutyRecord.objects.standing().filter(station=station.pk, year=year)
    found = standing.values("item").annotate(events=Count("entry", distinct=True))
    names = names_of_items()
    rows = [
        {"item": row["item"], "label": names.get(row["item"], row["item"]), "count": row["events"]} for row in found
    ]
    return sorted(rows, key=lambda row: (-row["count"], row["item"]))[:FACTS]
