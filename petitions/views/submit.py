"""The page on which a resident says what should be solved, and the page that confirms it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import altcha, attempts, passwords
from accounts.models import User
from accounts.queries import consent_texts
from directory import queries
from directory.models import PetitionKind, Urgency
from dispatch.router import looks_like_accusation
from journal.refusals import Refused
from petitions import actions, cards
from petitions.access import PETITIONER
from petitions.forms import SubmitForm
from petitions.models import Petition
from petitions.views import held, suggestions
from stations.actions.visits import may_receive
from stations.models import OpinionCode, Station

DONE = "submitted"
SCOPE, UNPROVED_SCOPE = "submit_phone", "submit_unproved"
# In a quarter of an hour: more than a family sends, fewer than a robot.
MOST_FROM_ONE_NUMBER = 20
# From one address without proof of work, in the same time: mobile networks put many people behind one address.
MOST_UNPROVED = 20
FROM_LINK = ("station", "deputy", "via", "category", "area")


@never_cache
@ensure_csrf_cookie
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, closed: bool = False) -> HttpResponse:
    """Show the form, or take a petition in. `closed`: the route for accusations, with its own words."""
    if request.method == "POST":
        return _received(request, closed)
    given = {name: request.GET[name] for name in FROM_LINK if request.GET.get(name)}
    form = SubmitForm(closed=closed, initial={**SubmitForm.fresh_values(), **given})
    return _page(request, form, closed)


def _received(request: HttpRequest, closed: bool) -> HttpResponse:
    form = SubmitForm(request.POST, request.FILES, closed=closed)
    if not form.is_valid():
        return _page(request, form, closed, status=422)
    text = form.cleaned_data["text"]
    if not form.cleaned_data["closed_route"] and looks_like_accusation("", text):
        # Recognised, explained, and sent on only when the resident has read where it goes.
        return _page(request, form, closed=True, status=422, recognised=True)
    now = timezone.now()
    if not _is_no_robot(request, form.cleaned_data["altcha"], now):
        form.add_error(
            None, _("Much is being sent from your connection. Wait 15 minutes, or sign in and send at once.")
        )
        return _page(request, form, closed, status=429, may_sign_in=True)
    if not attempts.attempt(SCOPE, form.cleaned_data["phone"], now, limit=MOST_FROM_ONE_NUMBER):
        form.add_error("phone", _("Too many petitions with this number just now. Please wait 15 minutes."))
        return _page(request, form, closed, status=429)
    try:
        petition = actions.submit(intake=form.intake(), by=None, now=now, idempotency_key=str(form.cleaned_data["key"]))
    except Refused as refusal:
        _explain(form, refusal)
        return _page(request, form, closed, status=422)
    _attach(request, form, petition, now)
    held.open_for(request, petition)
    request.session[DONE] = petition.pk
    return _go(request, reverse("petitions:done"))


def _is_no_robot(request: HttpRequest, payload: str, now: datetime) -> bool:
    """Whether the sender is signed in, has solved the proof of work, or came seldom enough to do without.

    Without JavaScript there is no proof: such a form counts against its address instead, however it was filled in.
    """
    if request.user.is_authenticated or not settings.ALTCHA_REQUIRED or altcha.verify(payload):
        return True
    here = passwords.address(request)
    return not here or attempts.attempt(UNPROVED_SCOPE, here, now, limit=MOST_UNPROVED)


def _explain(form: SubmitForm, refusal: Refused) -> None:
    """Put the action's sentence at its field; a used key becomes a new one, so that the next try is a new petition."""
    if refusal.field == "Idempotency-Key":
        form.put("key", SubmitForm.fresh_values()["key"])
        form.add_error(
            None,
            _("This page had already been sent. To send the changed text as a new petition, send again."),
        )
        return
    if refusal.field == "consent_version":
        form.put("consent_version", consent_texts().version)
    shown = {"consents": "publish_consent", "consent_version": "publish_consent"}
    name = shown.get(refusal.field, refusal.field)
    form.add_error(name if name in form.fields else None, str(refusal))


def _attach(request: HttpRequest, form: SubmitForm, petition: Petition, now: datetime) -> None:
    """Add the photos. The petition stands whatever becomes of them; the resident is told which were refused."""
    for file in form.cleaned_data["photos"]:
        try:
            actions.attach(petition=petition, file=file, by=PETITIONER, now=now)
        except Refused as refusal:
            messages.warning(request, _("“%(name)s” was not added: %(why)s") % {"name": file.name, "why": refusal})


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """Redirect; a script that sent the form itself (to show progress) gets the address to go to."""
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"location": address})
    return HttpResponseRedirect(address)


def _page(
    request: HttpRequest,
    form: SubmitForm,
    closed: bool,
    *,
    status: int = 200,
    recognised: bool = False,
    may_sign_in: bool = False,
) -> HttpResponse:
    now = timezone.now()
    station = form.linked_station()
    context: dict[str, Any] = {
        "form": form,
        "closed": closed,
        "recognised": recognised,
        "may_sign_in": may_sign_in,
        "consents": consent_texts(now=now).texts,
        "steps": what_next(now, PetitionKind.ACCUSATION if closed else PetitionKind.CLAIM),
        "station": station,
        "visit_here": station is not None and not closed and _receives_at(request, form, station),
        "deputy": None if closed else form.linked_deputy(),
    }
    return render(request, "petitions/submit.html", context, status=status)


def _receives_at(request: HttpRequest, form: SubmitForm, station: Station) -> bool:
    """Whether the poster of this station was scanned by somebody who writes visits down there."""
    if not isinstance(request.user, User) or not may_receive(request.user, station):
        return False
    return OpinionCode.objects.filter(station=station, code=str(form["via"].value() or "")).exists()


def what_next(now: datetime, kind: str) -> dict[str, datetime]:
    """By when what happens to an ordinary matter that is sent now; from the limits in the directory."""
    level = queries.service_level(kind, Urgency.ORDINARY)
    calendar = queries.calendar()
    registered = calendar.add_working_days(now, level.register_wd)
    assigned = calendar.add_working_days(registered, level.triage_wd)
    return {
        "registered": registered,
        "assigned": assigned,
        "replied": calendar.add_working_days(assigned, level.reply_wd),
    }


@require_POST
def suggest(request: HttpRequest) -> HttpResponse:
    """What the text seems to be about, while it is being written (htmx). Nothing is stored."""
    text = request.POST.get("text", "")[: suggestions.LONGEST]
    area = request.POST.get("area", "")
    found = suggestions.for_text(text, area=area, now=timezone.now())
    chosen = request.POST.get("category", "")
    return render(request, "petitions/_suggestion.html", {"found": found, "chosen": chosen, "area": area})


@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The reference, a QR code, and what happens next. Only for the browser that has just submitted."""
    petition = _just_submitted(request)
    if petition is None:
        return redirect("petitions:follow")
    kind = petition.kind
    context = {
        "petition": petition,
        "qr": _qr(request, petition).svg_data_uri(scale=5, border=2, light="#fff"),
        "steps": what_next(petition.submitted_at, kind),
    }
    return render(request, "petitions/done.html", context)


@never_cache
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """A picture to keep: reference and QR code. It holds no name and no number."""
    petition = _just_submitted(request)
    if petition is None:
        return redirect("petitions:follow")
    address = request.build_absolute_uri(reverse("petitions:follow"))
    picture = cards.draw(
        reference=petition.spoken_reference,
        address=f"{address}?reference={petition.reference}",
        shown=address.partition("://")[2],
        date=date_format(timezone.localtime(petition.submitted_at), "DATE_FORMAT"),
    )
    response = HttpResponse(picture, content_type="image/png")
    response["Content-Disposition"] = f'attachment; filename="petition-{petition.reference}.png"'
    return response


def _just_submitted(request: HttpRequest) -> Petition | None:
    return Petition.objects.defer("search").filter(pk=request.session.get(DONE, 0)).first()


def _qr(request: HttpRequest, petition: Petition) -> segno.QRCode:
    address = request.build_absolute_uri(reverse("petitions:follow"))
    return segno.make(f"{address}?reference={petition.reference}", micro=False, error="m")
