"""Public pages: who the deputies are, and the facts of their duty. Contact through the portal only."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.keyset import NoSuchPlace, page
from common.files import image_type, served
from deputies.file import points_of, public_facts
from deputies.models import Deputy, DeputyGroup, DeputyLevel
from deputies.queries import policy, stations_of
from directory import queries
from directory.models import Area

SIZE = 48
FILTERS = ("level", "area", "group", "station", "q")


@require_safe
def deputies(request: HttpRequest) -> HttpResponse:
    """The list, by level, area, group and station; one SELECT for the rows, whatever it holds."""
    asked = {name: request.GET.get(name, "").strip()[:60] for name in FILTERS}
    try:
        shown = page(_filtered(asked), ("code",), cursor=request.GET.get("cursor", ""), size=SIZE)
    except NoSuchPlace:
        raise Http404 from None
    kept = urlencode({name: value for name, value in asked.items() if value})
    context = {
        "page": shown,
        "asked": asked,
        "kept": f"{kept}&" if kept else "",
        "levels": DeputyLevel.choices,
        "areas": Area.objects.filter(level__in=["subdistrict", "community"]).order_by("path"),
        "groups": DeputyGroup.objects.filter(is_active=True),
    }
    return render(request, "deputies/deputies.html", context)


def _filtered(asked: dict[str, str]) -> QuerySet[Deputy]:
    found = Deputy.objects.active().select_related("area")
    if asked["level"] in DeputyLevel.values:
        found = found.filter(level=asked["level"])
    if area := queries.area_by_code(asked["area"]):
        found = found.filter(area__path__startswith=area.path)
    if asked["group"]:
        found = found.filter(groups__code=asked["group"])
    if asked["station"]:
        found = found.filter(stations__code=asked["station"])
    if asked["q"]:
        found = found.filter(name__contains=asked["q"]) | found.filter(name_en__icontains=asked["q"])
    return found


@require_safe
def deputy(request: HttpRequest, code: str) -> HttpResponse:
    """One deputy: district, groups, stations, facts of this year's and last year's duty; points only where chosen."""
    found = get_object_or_404(Deputy.objects.active().select_related("area"), code=code)
    year = timezone.localdate().year
    context = {
        "deputy": found,
        "groups": found.groups.filter(is_active=True),
        "stations": stations_of(found),
        "years": [{"year": each, "facts": public_facts(found, each)} for each in (year, year - 1)],
        "points": points_of([found], year).get(found.pk, 0) if policy().show_rankings else None,
    }
    return render(request, "deputies/deputy.html", context)


@require_safe
def photo(request: HttpRequest, code: str) -> FileResponse:
    """A deputy's photo."""
    found = get_object_or_404(Deputy.objects.active().exclude(photo=""), code=code)
    return served(found.photo, content_type=image_type(str(found.photo.name)), public=True)
