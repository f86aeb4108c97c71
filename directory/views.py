"""What a page's map is drawn on."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from directory import queries
from directory.outlines import outlines


@require_safe
@cache_control(public=True, max_age=600)
def map_outlines(request: HttpRequest) -> JsonResponse:
    """Schematic outlines of communities, sub-districts and district as GeoJSON; no SQL when warm."""
    answer = JsonResponse(outlines(queries.snapshot().areas))
    answer["Content-Type"] = "application/geo+json"
    return answer
