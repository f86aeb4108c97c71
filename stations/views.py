"""Where residents find a station."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from directory import queries
from stations.models import Station

MOST = 500


@require_safe
def stations(request: HttpRequest) -> HttpResponse:
    """All open stations by sub-district; `?area=` narrows it to one. One SELECT."""
    found = Station.objects.open().select_related("area__parent").order_by("area__path", "code")
    area = queries.area_by_code(request.GET.get("area", "")[:32])
    if area is not None:
        found = found.filter(area__path__startswith=area.path)
    places = [each for each in queries.snapshot().areas.values() if each.level == "subdistrict"]
    context = {"stations": found[:MOST], "places": places, "area": area.code if area else ""}
    return render(request, "stations/stations.html", context)
