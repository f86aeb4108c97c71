"""Published petitions: what everybody may read, through the text that staff have approved."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from directory import queries
from petitions import timeline
from petitions.forms import SearchForm
from petitions.models import Petition, PetitionQuerySet, Support

PAGE = 24
PLACES_KEY, PLACES_SECONDS = "published.places", 300
PUBLIC_FIELDS = (
    *("id", "reference", "public_title", "state", "result", "submitted_at", "ended_at", "published_at"),
    *("area__name", "area__name_en", "lead_unit__name", "lead_unit__name_en"),
)


@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """The list, newest first, paged by keyset: one SELECT, whatever it holds."""
    form = SearchForm(request.GET)
    form.is_valid()
    found = _filtered(form).select_related("area", "lead_unit").only(*PUBLIC_FIELDS)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found.order_by("-id")[: PAGE + 1])
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    context = {
        "form": form,
        "petitions": rows[:PAGE],
        "more": _address({**asked, "before": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
        "first": _address(asked) if before else "",
        "places": _places(),
    }
    return render(request, "petitions/published.html", context)


def _places() -> list[dict[str, Any]]:
    """How many are published in each community, for the map; reckoned every five minutes."""
    counts = cache.get(PLACES_KEY)
    if counts is None:
        found = Petition.objects.published().order_by().values_list("area").annotate(Count("pk"))
        counts = dict(found)
        cache.set(PLACES_KEY, counts, PLACES_SECONDS)
    areas = sorted(((area, counts[pk]) for pk in counts if (area := queries.area_by_id(pk))), key=lambda row: -row[1])
    return [
        {
            "code": area.code,
            "title": area.label,
            "value": count,
            "text": ngettext("%(count)d published petition", "%(count)d published petitions", count) % {"count": count},
            "href": _address({"area": area.code}),
        }
        for area, count in areas
    ]


def _filtered(form: SearchForm) -> PetitionQuerySet:
    data = form.cleaned_data
    found: PetitionQuerySet = Petition.objects.published()
    if data.get("q"):
        found = found.matching_public(data["q"])
    if category := queries.category_by_code(data.get("category", "")):
        found = found.filter(category__path__startswith=category.path)
    if area := queries.area_by_code(data.get("area", "")):
        found = found.filter(area__path__startswith=area.path)
    return found


def _address(values: dict[str, object]) -> str:
    return reverse("petitions:published") + (f"?{urlencode(values)}" if values else "")


@require_safe
def published_one(request: HttpRequest, reference: str) -> HttpResponse:
    """One published petition with its public timeline; anything else is 404."""
    petition = get_object_or_404(
        Petition.objects.published()
        .select_related("area", "category", "lead_unit")
        .defer("search", "text", "title", "address"),
        reference=reference,
    )
    steps = timeline.of(petition, visibility=timeline.FOR_EVERYBODY)
    shown = {"petition": petition, "steps": steps, **_support(petition, request)}
    return render(request, "petitions/published_one.html", shown)


def _support(petition: Petition, request: HttpRequest) -> dict[str, object]:
    """How many stand behind it, and whether the reader does: one SELECT."""
    own = Q(user=request.user.pk) if request.user.is_authenticated else Q(pk__in=[])
    return Support.objects.filter(petition=petition).aggregate(supporters=Count("pk"), mine=Count("pk", filter=own))
