"""Receptions at the stations one looks after: planned, announced, held; and a deputy's own calendar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.keyset import NoSuchPlace, page
from deputies.models import Deputy
from desks.access import at_desk, desk_of, me
from desks.posted import words
from desks.views.stations import managed
from directory.calendar import local_day
from journal.refusals import Refused
from stations.access import station_scope
from stations.actions import receptions as actions
from stations.actions.links import renew_link, revoke_link
from stations.forms import PublishForm, ReasonForm, ReceptionForm
from stations.lifecycle import MOVES, STAFF
from stations.models import CalendarLink, Reception
from stations.queries import rules
from stations.series import Every

SIZE = 50


def mine(request: HttpRequest) -> Any:
    """The receptions this person plans and closes."""
    related = Reception.objects.managed_by(request.user).select_related("station__area", "day")
    return related.prefetch_related("deputies")


@at_desk("stations")
@require_GET
def receptions(request: HttpRequest) -> HttpResponse:
    """What is to come, the next first; `?show=past` what was."""
    past = request.GET.get("show") == "past"
    now = timezone.now()
    found = mine(request).filter(ends_at__lte=now) if past else mine(request).filter(ends_at__gt=now)
    order = ("-starts_at", "-id") if past else ("starts_at", "id")
    try:
        shown = page(found, order, cursor=request.GET.get("cursor", "")[:300], size=SIZE)
    except NoSuchPlace:
        shown = page(found, order, cursor="", size=SIZE)
    context = {"receptions": shown.rows, "next": shown.next, "past": past, "desk": desk_of(request.user)}
    return render(request, "desks/receptions.html", context)


@at_desk("stations")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Plan a session or a series at a station."""
    station = get_object_or_404(managed(request), code=code)
    form = ReceptionForm(request.POST or None, station=station)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            sessions = actions.repeated(
                form.session(), every=Every(data["every"] or Every.ONCE), until=data["until"] or data["date"]
            )
            made = actions.plan_series(
                station=station, sessions=sessions, deputies=list(data["deputies"]), by=me(request), now=timezone.now()
            )
        except Refused as refusal:
            _explain(form, refusal)
        else:
            said = ngettext("%(number)d reception is planned.", "%(number)d receptions are planned.", len(made))
            messages.success(request, said % {"number": len(made)})
            return redirect("desks:reception", made[0].pk)
    context = {"form": form, "station": station, "rules": rules(), "desk": desk_of(request.user)}
    return render(request, "desks/reception_new.html", context, status=422 if form.errors else 200)


# The action's fields, under the names the forms give them.
SHOWN = {"starts_at": "starts", "ends_at": "ends"}


def _explain(form: forms.Form, refusal: Refused) -> None:
    name = SHOWN.get(refusal.field, refusal.field)
    form.add_error(name if name in form.fields else None, str(refusal))


@at_desk("stations")
@require_http_methods(["GET", "POST"])
def reception(request: HttpRequest, number: int) -> HttpResponse:
    """One reception: its facts to change while it is to come, its moves, and who came."""
    found = get_object_or_404(mine(request), pk=number)
    form = ReceptionForm(request.POST or None, station=found.station, reception=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(
                reception=found, session=form.session(), deputies=list(form.cleaned_data["deputies"]),
                by=me(request), now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            _explain(form, refusal)
        else:
            messages.success(request, _("The reception is changed."))
            return redirect("desks:reception", number)
    return _reception(request, found, form=form, status=422 if form.errors else 200)


def _reception(
    request: HttpRequest,
    found: Reception,
    *,
    form: ReceptionForm | None = None,
    publish: PublishForm | None = None,
    cancel: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "reception": found,
        "form": form or ReceptionForm(station=found.station, reception=found),
        "publish_form": publish or PublishForm(),
        "cancel_form": cancel or ReasonForm(prefix="cancel"),
        "may": _may(found),
        "duties": list(found.duties.select_related("deputy")),
        "late": not actions.in_time(found.starts_at, timezone.now()),
        "in_series": Reception.objects.filter(series=found.series, state="planned").count() if found.series else 0,
        "rules": rules(),
        "desk": desk_of(request.user),
    }
    return render(request, "desks/reception.html", context, status=status)


def _may(found: Reception) -> set[str]:
    """The moves that the state allows, opening and attendance on the day only."""
    may = {name for name, move in MOVES.items() if found.state in move.sources and move.who & STAFF}
    return may if local_day(found.starts_at) <= local_day(timezone.now()) else may - {"open", "attend"}


@at_desk("stations")
@require_POST
def move(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Announce, open, close, cancel; announce the whole series."""
    found = get_object_or_404(mine(request), pk=number)
    by, now = me(request), timezone.now()
    publish, cancel = PublishForm(request.POST), ReasonForm(request.POST, prefix="cancel")
    form: forms.Form | None = {"publish": publish, "cancel": cancel}.get(name)
    if form is not None and not form.is_valid():
        return _reception(request, found, **{name: form}, status=422)  # type: ignore[arg-type]
    try:
        if name == "publish":
            actions.publish(reception=found, by=by, now=now, **publish.cleaned_data)
        elif name == "publish-series":
            actions.publish_series(reception=found, by=by, now=now)
        elif name == "open":
            actions.open_(reception=found, by=by, now=now)
        elif name == "close":
            actions.close(reception=found, by=by, now=now)
        elif name == "cancel":
            actions.cancel(reception=found, reason=cancel.cleaned_data["reason"], by=by, now=now)
        else:
            raise Http404
    except Refused as refusal:
        if form is None:
            messages.error(request, str(refusal))
            return redirect("desks:reception", number)
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _reception(request, found, **{name: form}, status=422)  # type: ignore[arg-type]
    messages.success(request, _("Done."))
    return redirect("desks:reception", number)


@at_desk("stations")
@require_POST
def attend(request: HttpRequest, number: int, deputy: str) -> HttpResponse:
    """Note that a deputy on duty came, or did not."""
    found = get_object_or_404(mine(request), pk=number)
    one = get_object_or_404(Deputy.objects.filter(receptions=found), code=deputy)
    reason = words(request, "reason", most=200, multiline=False)
    try:
        actions.attend(
            reception=found, deputy=one, attended=request.POST.get("attended") == "yes", reason=reason,
            by=me(request), now=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('desks:reception', args=[number])}#attendance")


@at_desk("workbench")
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """A deputy's own receptions, and the secret address under which a telephone reads them."""
    deputy = station_scope(request.user).deputy
    if deputy is None:
        raise Http404
    address = ""
    if request.method == "POST":
        if "revoke" in request.POST:
            revoke_link(by=me(request), now=timezone.now())
            messages.success(request, _("The address is taken back: whoever had it reads nothing any more."))
            return redirect("desks:calendar")
        token = renew_link(by=me(request), now=timezone.now())
        address = request.build_absolute_uri(reverse("stations:deputy_calendar", args=[token]))
    now = timezone.now()
    duties = Reception.objects.filter(deputies=deputy, ends_at__gt=now).select_related("station")
    context = {
        "receptions": list(duties.order_by("starts_at", "id").prefetch_related("deputies")[:SIZE]),
        "address": address,
        "has_link": CalendarLink.objects.filter(deputy_id=deputy, revoked_at=None).exists(),
        "desk": desk_of(request.user),
    }
    return render(request, "desks/calendar.html", context)
