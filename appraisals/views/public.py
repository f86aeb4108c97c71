"""What everybody may read: published duty reports and how constituents judged them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import keyset
from appraisals.drafting import named
from appraisals.models import DutyReport

PAGE = 24


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The list, newest first: one SELECT."""
    found = DutyReport.objects.public().select_related("deputy", "station", "poll").defer("text", "facts")
    try:
        page = keyset.page(found, ("-published_at", "-id"), cursor=request.GET.get("cursor", "")[:1000], size=PAGE)
    except keyset.NoSuchPlace:
        raise Http404 from None
    return render(request, "appraisals/reports.html", {"page": page})


@require_safe
def report(request: HttpRequest, number: int) -> HttpResponse:
    """One report; what is not published is 404 here for everybody."""
    found = get_object_or_404(DutyReport.objects.public().select_related("deputy__area", "station", "poll"), pk=number)
    return render(request, "appraisals/report.html", {"report": found, "facts": named(found.facts)})
