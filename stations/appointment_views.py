"""Residents book a place, ask for a meeting, open, move and cancel it. No address holds a name or a number."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import attempts
from accounts.queries import consent_texts
from deputies.models import Deputy
from journal.refusals import Refused
from stations import opening
from stations.actions import appointments as actions
from stations.actions.appointments import HOLDER
from stations.appointment_forms import BookForm, MoveForm, OpenForm
from stations.models import Reception, Station
from stations.models.appointments import Appointment
from stations.slots import BOOKABLE, Slot, free_in

KEY: Final = "appointments"
MOST_HELD: Final = 20
SCOPE: Final = "book_phone"
MOST_FROM_ONE_NUMBER: Final = 10  # in a quarter of an hour
RECEPTIONS_SHOWN: Final = 3
SLOTS_SHOWN: Final = 36


def _free(station: Station, now: datetime, reception: int | None = None) -> list[Slot]:
    """The free places of a station's next receptions, the one asked for first."""
    coming = list(
        Reception.objects.filter(station=station, state__in=BOOKABLE, ends_at__gt=now).order_by("starts_at", "id")[:12]
    )
    coming.sort(key=lambda each: each.pk != reception)
    return free_in(coming[:RECEPTIONS_SHOWN], now)[:SLOTS_SHOWN]


def _number(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 12 else None


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form for one station, and what becomes of it. Without a station: the list of stations to choose from."""
    now = timezone.now()
    data = request.POST or request.GET
    number = _number(data.get("reception", ""))
    reception = Reception.objects.filter(pk=number or 0).select_related("station").first()
    code = reception.station.code if reception else data.get("station", "")[:32]
    station = Station.objects.open().select_related("area").filter(code=code).first()
    if station is None:
        return redirect("stations:list")
    form = BookForm(
        request.POST or None,
        station=station,
        slots=_free(station, now, reception.pk if reception else None),
        deputies=list(Deputy.objects.active().filter(stations=station).order_by("code")[:40]),
        initial={**BookForm.fresh(), "deputy": request.GET.get("deputy", "")[:40]},
    )
    if request.method == "POST" and form.is_valid():
        answer = _booked(request, form, now)
        if answer is not None:
            return answer
        # Somebody was quicker: what is free now, with everything that was typed.
        fresh = BookForm(
            request.POST, station=station, slots=_free(station, now), deputies=list(form.deputies.values())
        )
        fresh.full_clean()
        for field, errors in form.errors.items():
            if field not in fresh.errors:
                fresh.add_error(None if field == "__all__" else field, [str(each) for each in errors])
        form = fresh
    context = {"form": form, "station": station, "consents": consent_texts(now=now).texts, "reception": reception}
    return render(request, "stations/book.html", context, status=422 if form.errors else 200)


def _booked(request: HttpRequest, form: BookForm, now: datetime) -> HttpResponse | None:
    """Book; None with the reason on the form when it was refused."""
    if not attempts.attempt(SCOPE, form.cleaned_data["phone"], now, limit=MOST_FROM_ONE_NUMBER):
        form.add_error("phone", _("Too many appointments with this number just now. Please wait 15 minutes."))
        return None
    try:
        made = actions.book(request=form.request(), now=now, key=str(form.cleaned_data["key"]))
    except Refused as refusal:
        known = {"place": "slot", "reception": "slot", "consents": None, "consent_version": None}
        field = known.get(refusal.field, refusal.field)
        form.add_error(field if field in form.fields else None, str(refusal))
        return None
    _hold(request, made)
    said = _("Your place is booked.") if made.reception_id else _("Your wish has arrived; the station will tell you.")
    messages.success(request, said)
    return redirect("appointments:one", made.reference)


def _hold(request: HttpRequest, appointment: Appointment) -> None:
    """Let this browser read it from now on; the session's key changes, so that none can be planted."""
    held = [pk for pk in request.session.get(KEY, []) if pk != appointment.pk]
    request.session.cycle_key()
    request.session[KEY] = [*held, appointment.pk][-MOST_HELD:]


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for the reference and the last four digits; open the appointment when they belong together."""
    form = OpenForm(request.POST or None, initial={"reference": request.GET.get("reference", "")[:40]})
    if request.method == "POST" and form.is_valid():
        try:
            appointment = opening.by_phone_tail(**form.cleaned_data, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _hold(request, appointment)
            return redirect("appointments:one", appointment.reference)
    return render(request, "stations/appointment_find.html", {"form": form}, status=422 if form.errors else 200)


def _own(request: HttpRequest, reference: str) -> Appointment | None:
    """The appointment, if this browser may read it: it was made or opened here, or the code proved the number."""
    found = Appointment.objects.filter(reference=reference).select_related("contact", "station__area", "deputy")
    appointment = found.first()
    if appointment is None:
        return None
    index = getattr(request.user, "phone_index", "") if request.user.is_authenticated else ""
    proved = bool(index) and appointment.contact.phone_index == index
    return appointment if proved or appointment.pk in request.session.get(KEY, []) else None


def _ask(reference: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('appointments:find')}?reference={reference}")


@never_cache
@require_safe
def one(request: HttpRequest, reference: str) -> HttpResponse:
    """One's own appointment, with what can be done."""
    appointment = _own(request, reference)
    if appointment is None:
        return _ask(reference)
    return render(request, "stations/appointment.html", _context(appointment))


def _context(appointment: Appointment, form: MoveForm | None = None) -> dict[str, Any]:
    now = timezone.now()
    slots = _free(appointment.station, now) if appointment.is_standing else []
    return {
        "appointment": appointment,
        "now": now,
        "slots": slots,
        "form": form or MoveForm(slots=slots),
        "invitations": list(appointment.invitations.select_related("department")),
    }


@require_POST
def move(request: HttpRequest, reference: str) -> HttpResponse:
    """To another place."""
    appointment = _own(request, reference)
    if appointment is None:
        return _ask(reference)
    now = timezone.now()
    form = MoveForm(request.POST, slots=_free(appointment.station, now))
    if form.is_valid():
        reception, place = form.cleaned_data["slot"]
        wanted = Reception.objects.filter(pk=reception).first()
        if wanted is None:
            raise Http404
        try:
            actions.move(appointment=appointment, by=HOLDER, now=now, reception=wanted, place=place)
        except Refused as refusal:
            form.add_error("slot", str(refusal))
        else:
            messages.success(request, _("Your appointment was moved."))
            return redirect("appointments:one", reference)
    return render(request, "stations/appointment.html", _context(appointment, form), status=422)


@require_POST
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """The resident cannot come; somebody else gets the place."""
    appointment = _own(request, reference)
    if appointment is None:
        return _ask(reference)
    try:
        actions.cancel(
            appointment=appointment, by=HOLDER, now=timezone.now(), reason=request.POST.get("reason", "")[:300]
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Cancelled. Thank you for telling us: somebody else gets the time."))
    return redirect("appointments:one", reference)
