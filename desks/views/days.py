"""Unified reception days: planned in one action, watched live on one page, closed with a report to print."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.keyset import NoSuchPlace, page
from accounts.models import User
from desks.access import at_desk, desk_of, me
from directory import queries
from directory.calendar import SHANGHAI
from directory.models import Area
from journal.refusals import Refused
from petitions.choices import label
from petitions.unified_day import day_numbers
from petitions.views.days import day_context
from stations.access import station_scope
from stations.actions import days as actions
from stations.actions.receptions import in_time
from stations.forms import CleanText, DayForm, PublishForm, ReasonForm
from stations.models import Reception, UnifiedDay

MOST = 100


def office_area(user: User) -> Area | None:
    """The widest area in which this person holds an office."""
    paths = sorted((path for path, _role in station_scope(user).unit.offices), key=len)
    return queries.area_by_code(paths[0].rstrip(".").rsplit(".", 1)[-1]) if paths else None


def seen(request: HttpRequest) -> Any:
    """The days of the areas one holds an office in; those at whose stations one works are shown once announced."""
    found = UnifiedDay.objects.select_related("area")
    return found.filter(area_id__in=station_scope(request.user).office_areas()) | found.filter(
        published_at__isnull=False
    )


@at_desk("stations")
@require_GET
def days(request: HttpRequest) -> HttpResponse:
    """All days, the newest first."""
    context = {
        "days": list(seen(request)[:MOST]),
        "plans": office_area(me(request)) is not None,
        "desk": desk_of(request.user),
    }
    return render(request, "desks/days.html", context)


@at_desk("stations")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan a day at all chosen stations in one action."""
    area = office_area(me(request))
    if area is None:
        raise Http404
    known = [
        queries.area_by_code(each.code) for each in queries.snapshot().areas.values() if each.level == "subdistrict"
    ]
    parts = [(each.code, label(each)) for each in known if each and each.path.startswith(area.path)]
    form = DayForm(request.POST or None, areas=parts)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        plan = actions.DayPlan(
            area=area, **{name: data[name] for name in actions.DayPlan.__dataclass_fields__ if name != "area"}
        )
        try:
            made = actions.plan_day(
                plan=plan,
                stations=actions.chosen(area, parts_of(data["areas"]), data["kinds"]),
                by=me(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            _tell(request, made)
            return redirect("desks:day", made.day.pk)
    context = {"form": form, "area": area, "desk": desk_of(request.user)}
    return render(request, "desks/day_new.html", context, status=422 if form.errors else 200)


def parts_of(codes: list[str]) -> list[Area]:
    """The sub-districts with these codes."""
    return [area for code in codes if (area := queries.area_by_code(code))]


def _tell(request: HttpRequest, made: actions.PlannedDay) -> None:
    messages.success(
        request,
        _("Planned: %(stations)d stations, %(deputies)d deputies on duty.")
        % {"stations": made.receptions, "deputies": made.duties},
    )
    if made.skipped:
        names = ", ".join(station.label for station in made.skipped[:10])
        messages.warning(request, _("Left out, for they have a reception at this time: %(names)s.") % {"names": names})
    if made.without_deputy:
        names = ", ".join(station.label for station in made.without_deputy[:10])
        messages.warning(request, _("Without a deputy: %(names)s.") % {"names": names})


@at_desk("stations")
@require_GET
def day(request: HttpRequest, number: int) -> HttpResponse:
    """The live page. htmx asks for the numbers alone every five seconds."""
    found = get_object_or_404(seen(request), pk=number)
    if request.headers.get("HX-Request"):
        return render(request, "petitions/_day_numbers.html", day_context(found))
    return _day(request, found)


def _day(
    request: HttpRequest, found: UnifiedDay, *, publish: PublishForm | None = None, cancel: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    holds = bool(station_scope(request.user).unit.office_capacities(found.area.path))
    context = {
        **day_context(found),
        "may": {name for name, one in actions.DAY_MOVES.items() if holds and found.state in one.sources},
        "publish_form": publish or PublishForm(),
        "cancel_form": cancel or ReasonForm(prefix="cancel"),
        "late": not in_time(datetime.combine(found.date, time(), tzinfo=SHANGHAI), timezone.now()),
        "desk": desk_of(request.user),
    }
    return render(request, "desks/day.html", context, status=status)


@at_desk("stations")
@require_POST
def move(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Announce the day, close it with its report, or call it off."""
    found = get_object_or_404(seen(request), pk=number)
    by, now = me(request), timezone.now()
    publish, cancel = PublishForm(request.POST), ReasonForm(request.POST, prefix="cancel")
    form = {"publish": publish, "cancel": cancel}.get(name)
    if form is not None and not form.is_valid():
        return _day(request, found, **{name: form}, status=422)  # type: ignore[arg-type]
    try:
        if name == "publish":
            actions.publish_day(day=found, by=by, now=now, **publish.cleaned_data)
        elif name == "close":
            actions.close_day(
                day=found, report=day_numbers(found).plain(), conclusion=_conclusion(request), by=by, now=now
            )
        elif name == "cancel":
            actions.cancel_day(day=found, reason=cancel.cleaned_data["reason"], by=by, now=now)
        else:
            raise Http404
    except Refused as refusal:
        if form is None:
            messages.error(request, str(refusal))
            return redirect("desks:day", number)
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _day(request, found, **{name: form}, status=422)  # type: ignore[arg-type]
    messages.success(request, _("Done."))
    return redirect("desks:day", number)


def _conclusion(request: HttpRequest) -> str:
    """The words of the report, without control characters."""
    field = CleanText(required=False, widget=forms.Textarea)
    return field.clean(request.POST.get("conclusion", "")[:5000])


@at_desk("stations")
@require_GET
def stations_of(request: HttpRequest, number: int) -> HttpResponse:
    """The sessions of a day, station by station, by keyset."""
    found = get_object_or_404(seen(request), pk=number)
    rows = Reception.objects.visible_to(request.user).filter(day=found).select_related("station__area")
    rows = rows.prefetch_related("duties__deputy")
    try:
        shown = page(rows, ("station_id", "id"), cursor=request.GET.get("cursor", "")[:300], size=50)
    except NoSuchPlace:
        shown = page(rows, ("station_id", "id"), cursor="", size=50)
    context = {"day": found, "receptions": shown.rows, "next": shown.next, "desk": desk_of(request.user)}
    return render(request, "desks/day_stations.html", context)
