"""The yearly self-check of a station, its inspection, and deliberation meetings noted for the quota."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.files import served
from desks.access import at_desk, desk_of, me
from desks.posted import day, words
from desks.views.stations import managed
from journal.refusals import Refused
from stations.access import station_scope
from stations.actions import quality as actions
from stations.models import CheckPhoto, CheckState, SelfCheck, Standard, StandardKind, Station
from stations.quality import standards_for


@at_desk("stations")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """The checklist of a year: filled in and sent in by the station, inspected by the commission."""
    station = get_object_or_404(managed(request), code=code)
    problem = ""
    if request.method == "POST":
        try:
            said = _act(request, station, year)
        except Refused as refusal:
            problem = str(refusal)
        else:
            messages.success(request, said)
            return redirect("desks:check", code, year)
    return render(
        request, "desks/check.html", _context(request, station, year, problem), status=422 if problem else 200
    )


def _act(request: HttpRequest, station: Station, year: int) -> str:
    """Do what the button says; return what to say."""
    by, now, what = me(request), timezone.now(), request.POST.get("do", "")
    if what in ("keep", "send"):
        actions.fill_in(station=station, year=year, said=_said(request, station), by=by, now=now)
        _keep_photos(request, station, year)
        if what == "keep":
            return _("The answers are kept.")
        actions.send_in(station=station, year=year, by=by, now=now)
        return _("The self-check is sent in.")
    if what == "inspect":
        found = get_object_or_404(SelfCheck, station=station, year=year)
        not_met = {int(raw) for raw in request.POST.getlist("not_met") if raw.isdecimal() and len(raw) < 19}
        passed = request.POST.get("passed") == "yes"
        actions.inspect(check=found, not_met=not_met, passed=passed, finding=words(request, "finding"), by=by, now=now)
        return _("The inspection is recorded.")
    raise Http404


def _said(request: HttpRequest, station: Station) -> dict[Standard, actions.Said]:
    """What was answered: yes or no for each standard; those left open stay as they were."""
    answers = {each: request.POST.get(f"met-{each.pk}", "") for each in standards_for(station)}
    return {
        each: actions.Said(met == "yes", words(request, f"remark-{each.pk}", most=300, multiline=False))
        for each, met in answers.items()
        if met in ("yes", "no")
    }


def _keep_photos(request: HttpRequest, station: Station, year: int) -> None:
    for standard in standards_for(station):
        for file in request.FILES.getlist(f"photo-{standard.pk}"):
            actions.add_check_photo(
                station=station, year=year, standard=standard, file=file, by=me(request), now=timezone.now()
            )


def _context(request: HttpRequest, station: Station, year: int, problem: str) -> dict[str, Any]:
    found = SelfCheck.objects.filter(station=station, year=year).select_related("inspected_by", "submitted_by").first()
    answers = {each.standard_id: each for each in found.answers.all()} if found else {}
    photos = list(found.photos.all()) if found else []
    runs = station.pk in station_scope(request.user).stations
    rows: list[dict[str, Any]] = [
        {
            "standard": each,
            "answer": answers.get(each.pk),
            "photos": [photo for photo in photos if photo.standard_id == each.pk],
        }
        for each in standards_for(station)
    ]
    editable = runs and (found is None or found.state in (CheckState.DRAFT, CheckState.TO_MEND))
    inspects = bool(
        found
        and found.state == CheckState.SUBMITTED
        and station_scope(request.user).unit.office_capacities(station.area.path)
        and request.user.pk not in (station.officer_id, station.head_id)
    )
    groups = [(label, [row for row in rows if row["standard"].kind == kind]) for kind, label in StandardKind.choices]
    return {
        "station": station,
        "year": year,
        "check": found,
        "groups": groups,
        "editable": editable,
        "inspects": inspects,
        "problem": problem,
        "desk": desk_of(request.user),
    }


@at_desk("stations")
@require_GET
def photo(request: HttpRequest, code: str, number: int) -> FileResponse:
    """A photo of a self-check, for those who look after the station."""
    station = get_object_or_404(managed(request), code=code)
    found = get_object_or_404(CheckPhoto, pk=number, check_of__station=station)
    return served(found.file, content_type=found.content_type)


@at_desk("stations")
@require_POST
def meeting(request: HttpRequest, code: str) -> HttpResponse:
    """Note a deliberation meeting that was held."""
    station = get_object_or_404(managed(request), code=code)
    held_on = day(request, "date")
    try:
        if held_on is None:
            raise actions.CannotCheck(_("Give the day of the meeting."), field="date")
        actions.note_meeting(
            station=station,
            date=held_on,
            title=words(request, "title", most=120, multiline=False),
            by=me(request),
            now=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The meeting is noted."))
    return redirect("desks:station", code)
