"""Where residents find a station, see its photos, and when deputies receive."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.keyset import NoSuchPlace, page
from accounts.strict import clean_text
from common.files import served
from directory import queries
from stations.finder import search
from stations.models import Reception, Station, StationPhoto

MOST = 60
SIZE = 30


def subdistricts() -> list[Any]:
    """The sub-districts, as a filter offers them."""
    return [each for each in queries.snapshot().areas.values() if each.level == "subdistrict"]


def _words(request: HttpRequest) -> str:
    try:
        return clean_text(request.GET.get("q", "")[:100])
    except ValueError:
        return ""


@require_safe
def stations(request: HttpRequest) -> HttpResponse:
    """Open stations as a list and on a map; `?area=` narrows it to a sub-district, `?q=` to a name or an address.

    “Near me” is reckoned in the browser: a position never leaves the device. One SELECT.
    """
    found = Station.objects.open().select_related("area__parent").order_by("area__path", "code")
    area = queries.area_by_code(request.GET.get("area", "")[:32])
    if area is not None:
        found = found.filter(area__path__startswith=area.path)
    words = _words(request)
    fitting = search(list(found), words)
    context = {
        "stations": fitting[:MOST],
        "points": points(fitting),
        "rest": max(0, len(fitting) - MOST),
        "places": subdistricts(),
        "area": area.code if area else "",
        "words": words,
    }
    return render(request, "stations/stations.html", context)


def points(found: list[Station]) -> list[dict[str, Any]]:
    """The stations as the map takes them."""
    return [
        {
            "latitude": station.latitude,
            "longitude": station.longitude,
            "title": station.label,
            "text": station.address,
            "href": reverse("petitions:station", args=[station.code]),
            "tone": "good" if station.is_model else "",
        }
        for station in found
        if station.latitude is not None
    ]


@require_safe
def photo(request: HttpRequest, code: str, number: int) -> FileResponse:
    """A photo of an open station; everybody may see it."""
    found = get_object_or_404(StationPhoto, pk=number, station__code=code, station__is_active=True)
    return served(found.file, content_type=found.content_type, public=True)


@require_safe
def receptions(request: HttpRequest) -> HttpResponse:
    """Announced receptions that have not ended, the next first; `?area=` narrows it to a sub-district."""
    found = Reception.objects.coming(timezone.now()).select_related("station__area").prefetch_related("deputies")
    area = queries.area_by_code(request.GET.get("area", "")[:32])
    if area is not None:
        found = found.filter(station__area_id__in=queries.areas_under(area.path))
    try:
        shown = page(found, ("starts_at", "id"), cursor=request.GET.get("cursor", "")[:300], size=SIZE)
    except NoSuchPlace:
        shown = page(found, ("starts_at", "id"), cursor="", size=SIZE)
    context = {
        "receptions": shown.rows,
        "next": shown.next,
        "places": subdistricts(),
        "area": area.code if area else "",
    }
    return render(request, "stations/receptions.html", context)


@require_safe
def reception(request: HttpRequest, number: int) -> HttpResponse:
    """One announced reception: when, where, who, and why it was announced late or called off."""
    found = get_object_or_404(
        Reception.objects.announced().select_related("station__area__parent", "day").prefetch_related("deputies"),
        pk=number,
    )
    start = timezone.localtime(found.starts_at)
    title = _("Reception at %(station)s, %(day)s") % {
        "station": found.station.label,
        "day": date_format(start, "DATE_FORMAT"),
    }
    return render(request, "stations/reception.html", {"reception": found, "title": title, "now": timezone.now()})
