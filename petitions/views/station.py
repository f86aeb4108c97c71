"""A station's own page: who is there, when it is open, when deputies receive, and what it solved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from petitions.lifecycle import State
from petitions.models import Petition
from stations.models import OpeningHours, Reception, Station, Weekday

SOLVED = 6
NEXT = 5


@require_safe
def station(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one open station that everybody may know. Only published petitions, by their public text."""
    found = get_object_or_404(Station.objects.open().select_related("area__parent"), code=code)
    now = timezone.now()
    hours = list(found.hours.all())
    coming = Reception.objects.coming(now).filter(station=found).select_related("station").prefetch_related("deputies")
    context = {
        "station": found,
        "week": week(hours, now),
        "open_now": is_open(hours, now) if hours else None,
        "photos": list(found.photos.all()),
        "deputies": list(found.deputies.filter(is_active=True)),
        "receptions": list(coming[:NEXT]),
        "solved": list(solved(found)[:SOLVED]),
        "points": [{"latitude": found.latitude, "longitude": found.longitude, "title": found.label}]
        if found.latitude is not None
        else [],
    }
    return render(request, "petitions/station.html", context)


def solved(station: Station) -> Any:
    """Published petitions that this station's residents handed in and that have been concluded, the newest first."""
    ended = [State.CONCLUDED, State.ARCHIVED]
    return (
        Petition.objects.published()
        .filter(station=station, state__in=ended)
        .exclude(result="dissatisfied")
        .defer("search", "text", "public_search")
        .order_by("-id")
    )


def week(hours: list[OpeningHours], now: datetime) -> list[dict[str, Any]]:
    """The seven days with their hours; days without any are closed."""
    today = timezone.localtime(now).weekday()
    return [
        {"name": label, "spans": [row for row in hours if row.weekday == day], "today": day == today}
        for day, label in Weekday.choices
    ]


def is_open(hours: list[OpeningHours], now: datetime) -> bool:
    """Whether the station is open at this moment."""
    local = timezone.localtime(now)
    return any(row.weekday == local.weekday() and row.opens <= local.time() < row.closes for row in hours)
