"""The notice board of a station: on a screen that refreshes itself, and on paper."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from appraisals.board import board
from common.files import image_type, served
from deputies.models import Deputy
from stations.models import Station

REFRESH_SECONDS = 60
PAPERS = ("a4", "a3")


@require_safe
def screen(request: HttpRequest, code: str) -> HttpResponse:
    """For a television. `Refresh` is a header, so that it works without scripts and on old browsers."""
    station = get_object_or_404(Station.objects.open().select_related("area"), code=code)
    response = render(request, "appraisals/board_screen.html", board(station, timezone.now()))
    response["Refresh"] = str(REFRESH_SECONDS)
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """For the printer, A4 or A3 upright."""
    station = get_object_or_404(Station.objects.open().select_related("area"), code=code)
    size = request.GET.get("size", "")
    context = {**board(station, timezone.now()), "size": size if size in PAPERS else "a4", "papers": PAPERS}
    return render(request, "appraisals/board_paper.html", context)


@require_safe
def portrait(request: HttpRequest, code: str) -> FileResponse:
    """The photo of a deputy in office; everybody may see it."""
    deputy = get_object_or_404(Deputy.objects.active().exclude(photo=""), code=code)
    return served(deputy.photo, content_type=image_type(str(deputy.photo.name)), public=True)
