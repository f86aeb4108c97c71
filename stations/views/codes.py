"""QR codes: the short address that is scanned, and the code as a picture or a poster to print."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deputies.models import Deputy
from stations import posters
from stations.actions.codes import code_for, count_scan
from stations.models import OpinionCode, Station

FORMS: dict[str, tuple[Any, str]] = {
    "svg": (posters.svg, "image/svg+xml"),
    "png": (posters.png, "image/png"),
    "pdf": (posters.poster, "application/pdf"),
}


@never_cache
@require_safe
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """Count the scan and open the submit page addressed to the station or deputy. No visitor is remembered."""
    found = OpinionCode.objects.select_related("station", "deputy").filter(code=code.upper()).first()
    if found is None or not found.target.is_active:
        return render(request, "stations/code_gone.html", status=404)
    if request.method == "GET":
        count_scan(code=found, now=timezone.now())
    query = {"via": found.code, "station" if found.station else "deputy": found.target.code}
    return HttpResponseRedirect(f"{reverse('petitions:submit')}?{urlencode(query)}")


@require_safe
def of_station(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """A station's code as a picture or poster."""
    station = get_object_or_404(Station.objects.open(), code=code)
    return _file(code_for(station=station, now=timezone.now()), form, f"station-{station.code}")


@require_safe
def of_deputy(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """A deputy's code as a picture or poster."""
    deputy = get_object_or_404(Deputy.objects.active(), code=code)
    return _file(code_for(deputy=deputy, now=timezone.now()), form, f"deputy-{deputy.code}")


def _file(code: OpinionCode, form: str, name: str) -> HttpResponse:
    make, content_type = FORMS[form]
    response = HttpResponse(make(code), content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{name}.{form}"'
    response["Cache-Control"] = "public, max-age=3600"
    return response
