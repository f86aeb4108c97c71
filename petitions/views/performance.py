"""A public page for each department and each category: what is open, how quickly, how satisfied."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Avg, Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from directory import queries
from petitions.figures import IN_RATES
from petitions.lifecycle import OPEN, Rating
from petitions.models import Petition
from petitions.views.published import PUBLIC_FIELDS

KEPT_SECONDS = 300
SPAN = timedelta(days=365)
SHOWN = 12
# Fewer cases say nothing about a unit and might tell who rated.
FEWEST_RATED = 5


@require_safe
def department(request: HttpRequest, code: str) -> HttpResponse:
    """The figures of one unit."""
    unit = queries.department_by_code(code)
    if unit is None:
        raise Http404
    return _page(request, unit, f"unit.{code}", Q(lead_unit=unit))


@require_safe
def category(request: HttpRequest, code: str) -> HttpResponse:
    """The figures of one category and all below it."""
    found = queries.category_by_code(code)
    if found is None or found.restricted:
        raise Http404
    return _page(request, found, f"category.{code}", Q(category__path__startswith=found.path))


def _page(request: HttpRequest, subject: Any, key: str, condition: Q) -> HttpResponse:
    figures = cache.get(f"performance.{key}")
    if figures is None:
        figures = _figures(condition, timezone.now())
        cache.set(f"performance.{key}", figures, KEPT_SECONDS)
    latest = (
        Petition.objects.published()
        .filter(condition)
        .select_related("area", "lead_unit")
        .only(*PUBLIC_FIELDS)
        .order_by("-id")[:SHOWN]
    )
    context = {"subject": subject, "figures": figures, "petitions": latest}
    return render(request, "petitions/performance.html", context)


def _figures(condition: Q, now: datetime) -> dict[str, Any]:
    """Counts of the last year; unrated matters leave the denominator (DOMAIN.md, "Figures")."""
    found = Petition.objects.filter(condition, restricted=False, submitted_at__gte=now - SPAN).aggregate(
        received=Count("pk"),
        open=Count("pk", filter=Q(state__in=OPEN)),
        late=Count("pk", filter=Q(state__in=OPEN, due_at__lte=now)),
        time=Avg(F("replied_at") - F("submitted_at"), filter=Q(replied_at__isnull=False)),
        rated=Count("pk", filter=IN_RATES & ~Q(result="")),
        happy=Count("pk", filter=IN_RATES & Q(result__in=[Rating.SATISFIED, Rating.BASICALLY_SATISFIED])),
        excluded=Count("pk", filter=~IN_RATES),
    )
    time = found.pop("time")
    found["days"] = round(time.total_seconds() / 86400, 1) if time else None
    found["share"] = round(100 * found["happy"] / found["rated"]) if found["rated"] >= FEWEST_RATED else None
    return found
