"""The public face of a unified reception day: how it goes, live, and its report afterwards."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from directory.calendar import local_day
from petitions.unified_day import counted
from stations.lifecycle import DayState
from stations.models import UnifiedDay


@never_cache
@require_safe
def day(request: HttpRequest, number: int) -> HttpResponse:
    """An announced day. htmx asks for the numbers alone every ten seconds; without script the page is asked again."""
    found = get_object_or_404(UnifiedDay.objects.select_related("area"), pk=number, published_at__isnull=False)
    partial = bool(request.headers.get("HX-Request"))
    return render(request, "petitions/_day_numbers.html" if partial else "petitions/day.html", day_context(found))


def day_context(found: UnifiedDay) -> dict[str, Any]:
    """What a day's page shows: the numbers as counted now, or as the closing report kept them."""
    now = timezone.now()
    return {
        "day": found,
        "numbers": counted(found),
        "now": now,
        "live": found.state == DayState.PUBLISHED and local_day(now) == found.date,
    }
