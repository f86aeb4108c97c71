"""What everybody may read: honoured cases, and selections under way."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import keyset
from cases.lifecycle import RoundState
from cases.models import Case, Round

PAGE = 24


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Honoured cases, the newest first, and the votes under way."""
    found = Case.objects.honoured().select_related("round").defer("solution").prefetch_related("deputies")
    try:
        page = keyset.page(found, ("-honoured_at", "-id"), cursor=request.GET.get("cursor", "")[:1000], size=PAGE)
    except keyset.NoSuchPlace:
        raise Http404 from None
    rounds = Round.objects.filter(state=RoundState.VOTING).order_by("-id")[:12]
    return render(request, "cases/cases.html", {"page": page, "rounds": rounds})


@require_safe
def case(request: HttpRequest, number: int) -> HttpResponse:
    """One honoured case, told: problem, solution, deputies."""
    found = get_object_or_404(
        Case.objects.honoured().select_related("round", "petition", "reception__station").prefetch_related("deputies"),
        pk=number,
    )
    return render(request, "cases/case.html", {"case": found})


@require_safe
def round_(request: HttpRequest, number: int) -> HttpResponse:
    """One selection from its vote on: the shortlist, how to vote, the result."""
    found = get_object_or_404(Round.objects.public().select_related("poll", "area"), pk=number)
    listed = found.cases.on_ballot().prefetch_related("deputies").order_by("-votes", "id")
    return render(request, "cases/round.html", {"round": found, "cases": listed})
