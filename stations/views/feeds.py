"""Calendar feeds: of the public, of a station, of one reception, and a deputy's own under its secret address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from directory import queries
from stations.actions.links import digest_of
from stations.calendars import calendar
from stations.models import CalendarLink, Reception, Station

# What a feed holds: a quarter back, so that a telephone does not forget; the nearest 500 to come.
BACK = timedelta(days=90)
MOST = 500


def _answer(name: str, found: Any, file: str) -> HttpResponse:
    rows = found.select_related("station").prefetch_related("deputies")[:MOST]
    response = HttpResponse(calendar(name, rows, now=timezone.now()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{file}.ics"'
    return response


def _announced() -> Any:
    return Reception.objects.announced().filter(ends_at__gt=timezone.now() - BACK).order_by("starts_at", "id")


@require_safe
def everybody(request: HttpRequest) -> HttpResponse:
    """All announced receptions; `?area=` narrows it to a sub-district."""
    found = _announced().filter(ends_at__gt=timezone.now())
    area = queries.area_by_code(request.GET.get("area", "")[:32])
    if area is not None:
        found = found.filter(station__area_id__in=queries.areas_under(area.path))
    return _answer(_("Receptions of deputies"), found, "receptions")


@require_safe
def station(request: HttpRequest, code: str) -> HttpResponse:
    """The announced receptions of one station."""
    found = get_object_or_404(Station.objects.open(), code=code)
    return _answer(found.label, _announced().filter(station=found), found.code)


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One announced reception, to put into one's own calendar."""
    found = Reception.objects.announced().filter(pk=number)
    if not found.exists():
        raise Http404
    return _answer(_("Receptions of deputies"), found, f"reception-{number}")


@never_cache
@require_safe
def deputy(request: HttpRequest, token: str) -> HttpResponse:
    """A deputy's duties, planned ones too. Whoever has the address may read it; taken back, it is not found."""
    link = CalendarLink.objects.filter(digest=digest_of(token), revoked_at=None).select_related("deputy").first()
    if link is None or not link.deputy.is_active:
        raise Http404
    duties = Reception.objects.filter(deputies=link.deputy, ends_at__gt=timezone.now() - BACK)
    response = _answer(_("My receptions"), duties.order_by("starts_at", "id"), "my-receptions")
    response["Referrer-Policy"] = "no-referrer"
    return response
