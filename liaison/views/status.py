"""How the portal runs: in words for staff, in figures for a monitoring system."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from liaison import metrics, status_page, watching


@never_cache
@login_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """What is wrong, since when, and what to do; 404 for who does not answer for it."""
    if not status_page.may_read(request.user):
        raise Http404
    now = timezone.now()
    facts = watching.facts(now)
    found = status_page.findings(facts)
    context = {
        "now": now,
        "facts": facts,
        "findings": found,
        "wrong": sum(finding.level != status_page.GOOD for finding in found),
        "stuck": watching.stuck(now),
    }
    return render(request, "pages/status.html", context)


@never_cache
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The figures in Prometheus' form, for whoever holds METRICS_TOKEN; without one there is no such page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, settings.METRICS_TOKEN):
        raise Http404
    return HttpResponse(metrics.exposition(timezone.now()), content_type=CONTENT_TYPE_LATEST)
