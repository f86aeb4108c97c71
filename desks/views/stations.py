"""The stations one looks after: where each stands, its master data, photos and QR code."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desks.access import at_desk, desk_of, me
from directory.calendar import local_day
from journal.refusals import Refused
from petitions.code_counts import code_counts
from stations.access import station_scope
from stations.actions.codes import code_for
from stations.actions.master import add_photo, change_station, remove_photo
from stations.forms import PhotoForm, StationForm
from stations.models import Reception, Station, StationPhoto
from stations.posters import address_of
from stations.quality import standings

MOST = 300
COMING = 8


def managed(request: HttpRequest) -> Any:
    """The stations this person looks after, with their areas."""
    return Station.objects.visible_to(request.user).select_related("area__parent").order_by("area__path", "code")


@at_desk("stations")
@require_GET
def stations(request: HttpRequest) -> HttpResponse:
    """Every station with its quotas and its self-check; `?show=behind` those behind, `?show=inspect` to inspect."""
    today = local_day(timezone.now())
    every = standings(list(managed(request).filter(is_active=True)), today)
    show = request.GET.get("show", "")
    rows = [
        row for row in every if show not in ("behind", "inspect")
        or (show == "behind" and row.is_behind) or (show == "inspect" and row.needs_inspection)
    ]  # fmt: skip
    context = {
        "rows": rows[:MOST],
        "rest": max(0, len(rows) - MOST),
        "show": show,
        "number": len(every),
        "behind": sum(row.is_behind for row in every),
        "inspect": sum(row.needs_inspection for row in every),
        "year": today.year,
        "desk": desk_of(request.user),
    }
    return render(request, "desks/stations.html", context)


@at_desk("stations")
@require_http_methods(["GET", "POST"])
def station(request: HttpRequest, code: str) -> HttpResponse:
    """One station: its master data to change, photos, the code with its counts, its next receptions."""
    found = get_object_or_404(managed(request), code=code)
    form = StationForm(request.POST or None, station=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_station(
                station=found, values=form.values(), hours=form.hours(),
                deputies=list(form.cleaned_data["deputies"]), by=me(request), now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The station’s data are kept."))
            return redirect("desks:station", code)
    return _station(request, found, form, status=422 if form.errors else 200)


def _station(
    request: HttpRequest, found: Station, form: StationForm, photo: PhotoForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    code = code_for(station=found, now=now)
    coming = Reception.objects.filter(station=found, ends_at__gt=now).order_by("starts_at").prefetch_related("deputies")
    context = {
        "station": found,
        "form": form,
        "photo_form": photo or PhotoForm(),
        "photos": list(found.photos.all()),
        "code": code,
        "address": address_of(code),
        "counts": code_counts(code),
        "receptions": list(coming[:COMING]),
        "standing": standings([found], local_day(now))[0],
        "year": local_day(now).year,
        "runs": found.pk in station_scope(request.user).stations,
        "desk": desk_of(request.user),
    }
    return render(request, "desks/station.html", context, status=status)


@at_desk("stations")
@require_POST
def photo(request: HttpRequest, code: str) -> HttpResponse:
    """Add a photo."""
    found = get_object_or_404(managed(request), code=code)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            add_photo(station=found, file=data["photo"], caption=data["caption"], by=me(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The photo is shown on the station’s page."))
            return redirect("desks:station", code)
    return _station(request, found, StationForm(station=found), form, status=422)


@at_desk("stations")
@require_POST
def photo_away(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take a photo away."""
    found = get_object_or_404(managed(request), code=code)
    shown = get_object_or_404(StationPhoto.objects.select_related("station__area"), station=found, pk=number)
    remove_photo(photo=shown, by=me(request), now=timezone.now())
    messages.success(request, _("The photo is gone."))
    return redirect("desks:station", code)
