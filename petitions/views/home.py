"""The first page: what this is, submit, follow, what was solved lately."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from petitions.figures import IN_RATES
from petitions.lifecycle import Rating, State
from petitions.models import Petition

KEPT_SECONDS = 300
FIGURES_KEY = "home.figures"
SHOWN = 3
DONE_STATES = (State.CONCLUDED, State.ARCHIVED)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One SELECT for the latest published results, one for the figures every five minutes."""
    solved = (
        Petition.objects.published()
        .filter(state__in=DONE_STATES)
        .select_related("area", "lead_unit")
        .only(
            *("reference", "public_title", "state", "ended_at", "submitted_at", "published_at"),
            *("area__name", "area__name_en", "lead_unit__name", "lead_unit__name_en"),
        )
        .order_by("-published_at", "-id")[:SHOWN]
    )
    return render(request, "petitions/home.html", {"solved": solved, "figures": figures(timezone.now())})


def figures(now: datetime) -> dict[str, Any]:
    """Counts of the last 30 days; unrated matters leave the denominator (DOMAIN.md, "Figures")."""
    kept = cache.get(FIGURES_KEY)
    if kept is None:
        since = now - timedelta(days=30)
        kept = Petition.objects.filter(restricted=False, submitted_at__gte=since).aggregate(
            received=Count("pk"),
            concluded=Count("pk", filter=Q(state__in=DONE_STATES)),
            rated=Count("pk", filter=IN_RATES & ~Q(result="")),
            happy=Count("pk", filter=IN_RATES & Q(result__in=[Rating.SATISFIED, Rating.BASICALLY_SATISFIED])),
            excluded=Count("pk", filter=~IN_RATES),
        )
        kept["share"] = round(100 * kept["happy"] / kept["rated"]) if kept["rated"] else None
        cache.set(FIGURES_KEY, kept, KEPT_SECONDS)
    return kept
