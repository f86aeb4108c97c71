"""Visits: written down on a phone, found again, raised as a petition, printed as the official record."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.keyset import NoSuchPlace, page
from accounts.models import User
from accounts.queries import consent_texts
from deputies.models import Deputy
from desks.access import at_desk, me
from desks.visitforms import AnswerForm, FeedbackForm, VisitForm
from dispatch.models import ReplyState
from journal.refusals import Refused
from petitions import actions
from petitions.api.visits import photo_file
from petitions.forms import photos as photos_field
from petitions.lifecycle import MATTER, State
from petitions.models import Petition
from petitions.orders import visible_orders
from petitions.reading import replies_to
from petitions.visits import owner_of, visible_visits
from stations.access import station_scope
from stations.actions import visits as visit_actions
from stations.models import OpinionCode, Station
from stations.models.visits import CheckIn, Outcome, Visit

SIZE = 30
# From here on the resident knows the reply, so that it may stand on the record.
ANSWERED = (State.AWAITING_EVALUATION, State.CONCLUDED, State.ARCHIVED)
SOON = timedelta(hours=12)


def stations_for(user: User, now: datetime, code: str = "") -> list[Station]:
    """Return the stations at which somebody may be receiving: one's own, where one is on duty today, the one scanned.

    Deputies may receive at any station; its code comes with its QR code.
    """
    scope = station_scope(user)
    wanted = Q(pk__in=scope.stations)
    if scope.deputy:
        near = (now - SOON, now + SOON)
        wanted |= Q(deputies=scope.deputy)
        wanted |= Q(receptions__deputies=scope.deputy, receptions__starts_at__range=near)
        if code:
            wanted |= Q(code=code)
    found = list(Station.objects.open().filter(wanted).select_related("area").distinct().order_by("code"))
    return sorted(found, key=lambda each: each.code != code)


def _form(request: HttpRequest, now: datetime, data: Any = None) -> VisitForm:
    code = str((data or request.GET).get("station", ""))[:32]
    stations = stations_for(me(request), now, code)
    present = Deputy.objects.active().filter(stations__in=stations).distinct().order_by("code")[:40]
    initial = VisitForm.fresh(now)
    if stations and stations[0].code == code:
        initial |= {"station": code, "check_in": CheckIn.QR}
    mine = station_scope(request.user).deputy
    return VisitForm(data, stations=stations, deputies=[each for each in present if each.pk != mine], initial=initial)


@at_desk("visits")
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form on the phone, and what becomes of it. With JavaScript it works without a network (js/visit.js)."""
    now = timezone.now()
    if request.method != "POST":
        return _page(request, _form(request, now))
    form = _form(request, now, request.POST)
    if form.is_valid():
        try:
            visit, petition, _new = actions.receive(
                intake=form.intake(),
                by=me(request),
                now=now,
                raised=request.POST.get("do") == "raise",
                although_double=form.cleaned_data["although_double"],
            )
        except Refused as refusal:
            double = refusal.field == "although_double"
            form.add_error(None if double or refusal.field not in form.fields else refusal.field, str(refusal))
            return _page(request, form, double=double)
        _add_photos(request, visit, now)
        return _said(request, visit, petition)
    return _page(request, form)


def _page(request: HttpRequest, form: VisitForm, *, double: bool = False) -> HttpResponse:
    context = {
        "form": form,
        "double": double,
        "owner": owner_of(me(request)),
        "consents": consent_texts().texts,
        "photos": photos_field(required=False),
        "codes": json.dumps(_posters(form)),
    }
    return render(request, "desks/visit_new.html", context, status=422 if form.errors else 200)


def _posters(form: VisitForm) -> dict[str, str]:
    """The short codes on the posters of the stations offered, each with its station's code."""
    found = OpinionCode.objects.filter(station__code__in=list(form.stations))
    return dict(found.values_list("code", "station__code"))


def _add_photos(request: HttpRequest, visit: Visit, now: datetime) -> None:
    """The visit stands whatever becomes of its photos."""
    for file in request.FILES.getlist("photos")[:9]:
        try:
            actions.add_visit_photo(visit=visit, file=file, by=me(request), now=now)
        except Refused as refusal:
            messages.warning(request, _("“%(name)s” was not added: %(why)s") % {"name": file.name, "why": refusal})


def _said(request: HttpRequest, visit: Visit, petition: Petition | None) -> HttpResponse:
    if visit.restricted:
        messages.success(
            request,
            _(
                "This is a report of wrongdoing: it went to the supervisors alone and is not shown here any more. "
                "The resident gets the reference by text message."
            ),
        )
        return redirect("desks:visits")
    if petition is not None:
        said = _("Raised as petition %(reference)s. The resident gets the reference by text message.")
        messages.success(request, said % {"reference": petition.spoken_reference})
    else:
        messages.success(request, _("The visit is written down."))
    return redirect("desks:visit", visit.pk)


@at_desk("reads_visits")
@require_safe
def visits(request: HttpRequest) -> HttpResponse:
    """The visits one may read, the latest first."""
    found = visible_visits(request.user)
    outcome = request.GET.get("outcome", "")
    if outcome in Outcome.values:
        found = found.filter(outcome=outcome)
    problem = ""
    try:
        rows = page(found, ("-id",), cursor=request.GET.get("cursor", ""), size=SIZE)
    except NoSuchPlace:
        rows = page(found, ("-id",), cursor="", size=SIZE)
        problem = _("That page link is not valid: this is the first page.")
    context = {"rows": rows, "outcome": outcome, "outcomes": Outcome.choices, "problem": problem}
    context |= {"owner": owner_of(me(request)), "writes": _writes(request)}
    return render(request, "desks/visits.html", context)


def _writes(request: HttpRequest) -> bool:
    scope = station_scope(request.user)
    return bool(scope.stations or scope.deputy)


def _load(request: HttpRequest, number: int) -> Visit:
    return get_object_or_404(visible_visits(request.user), pk=number)


def _context(request: HttpRequest, visit: Visit, **forms: Form) -> dict[str, Any]:
    return {
        "visit": visit,
        "petition": visit.seen[0] if visit.seen else None,  # type: ignore[attr-defined]
        "deputies": list(visit.deputies.all()),
        "writes": _writes(request),
        "answer_form": forms.get("answer", AnswerForm()),
        "feedback_form": forms.get("feedback", FeedbackForm()),
    }


@at_desk("reads_visits")
@require_safe
def visit(request: HttpRequest, number: int) -> HttpResponse:
    """One visit, and what can be done with it."""
    return render(request, "desks/visit.html", _context(request, _load(request, number)))


@at_desk("reads_visits")
@require_safe
def record(request: HttpRequest, number: int) -> HttpResponse:
    """The reception record (接待登记表), for printing and signing."""
    found = _load(request, number)
    shown = _context(request, found)
    petition = shown["petition"]
    if petition is not None and petition.state in ANSWERED:
        orders = list(visible_orders(request.user).filter(matter_type=MATTER, matter_id=petition.pk))
        replies = [each for each in replies_to(orders, me(request)) if each.state == ReplyState.SIGNED]
        shown |= {"replies": replies, "evaluation": petition.evaluations.order_by("-round").first()}
    return render(request, "desks/visit_record.html", shown)


@at_desk("reads_visits")
@require_safe
def photo(request: HttpRequest, number: int, photo: int) -> FileResponse:
    """One photo, after the permission check."""
    return photo_file(_load(request, number), photo)


Action = Callable[[Visit, dict[str, Any], datetime], str]


def _act(request: HttpRequest, number: int, name: str, form: Form, action: Action) -> HttpResponse:
    """What every form of the page does: load, call one action, answer with a sentence."""
    found = _load(request, number)
    if not _writes(request):
        raise Http404
    if form.is_valid():
        try:
            said = action(found, form.cleaned_data, timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, said)
            return redirect("desks:visit", number)
    if name == "raise":
        messages.error(request, " ".join(str(each) for each in form.non_field_errors()))
        return redirect("desks:visit", number)
    return render(request, "desks/visit.html", _context(request, found, **{name: form}), status=422)


@at_desk("visits")
@require_POST
def raised(request: HttpRequest, number: int) -> HttpResponse:
    """One tap: the visit becomes a petition."""

    def act(found: Visit, data: dict[str, Any], now: datetime) -> str:
        petition = actions.raise_visit(visit=found, by=me(request), now=now)
        said = _("Raised as petition %(reference)s. The resident gets the reference by text message.")
        return said % {"reference": petition.spoken_reference}

    return _act(request, number, "raise", Form(request.POST), act)


@at_desk("visits")
@require_POST
def answered(request: HttpRequest, number: int) -> HttpResponse:
    """The answer on the spot, noted later."""

    def act(found: Visit, data: dict[str, Any], now: datetime) -> str:
        visit_actions.answer(visit=found, by=me(request), now=now, **data)
        return _("The answer is on the record.")

    return _act(request, number, "answer", AnswerForm(request.POST), act)


@at_desk("visits")
@require_POST
def fed_back(request: HttpRequest, number: int) -> HttpResponse:
    """What the resident said of the answer."""

    def act(found: Visit, data: dict[str, Any], now: datetime) -> str:
        visit_actions.feed_back(visit=found, by=me(request), now=now, **data)
        return _("The feedback is on the record.")

    return _act(request, number, "feedback", FeedbackForm(request.POST), act)
