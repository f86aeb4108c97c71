"""Where one's own petition is: opened by reference and telephone number, read, judged, added to, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.files import served
from journal.refusals import Refused
from petitions import actions, opening, timeline
from petitions.access import PETITIONER
from petitions.forms import EvaluateForm, FollowForm, SupplementForm, WithdrawForm
from petitions.lifecycle import MOVES, Publication, State
from petitions.models import Petition
from petitions.reading import shown_files
from petitions.views import held
from petitions.views.ahead import ahead

Action = Callable[[Petition, dict[str, Any], datetime], object]


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for the reference and the last four digits; open the petition when they belong together."""
    form = FollowForm(request.POST or None, initial={"reference": request.GET.get("reference", "")[:40]})
    if request.method == "POST" and form.is_valid():
        try:
            petition = opening.by_phone_tail(**form.cleaned_data, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            held.open_for(request, petition)
            return redirect("petitions:one", petition.reference)
    status = 422 if form.errors else 200
    return render(request, "petitions/follow.html", {"form": form}, status=status)


def _own(request: HttpRequest, reference: str) -> Petition | None:
    """The petition, if this browser may read it as its petitioner; unknown and closed look the same."""
    petition = (
        Petition.objects.filter(reference=reference)
        .select_related("contact", "area", "category", "station", "lead_unit", "deputy", "merged_into")
        .defer("search")
        .first()
    )
    return petition if petition is not None and held.is_open(request, petition) else None


def _ask(reference: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('petitions:follow')}?reference={reference}")


@never_cache
@require_safe
def one(request: HttpRequest, reference: str) -> HttpResponse:
    """One's own petition. A constant number of statements, whatever is on its timeline."""
    petition = _own(request, reference)
    if petition is None:
        return _ask(reference)
    return render(request, "petitions/one.html", _context(petition))


@never_cache
@require_safe
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    """The part of the page that changes, for htmx to fetch now and then."""
    petition = _own(request, reference)
    if petition is None:
        return HttpResponse(status=286)  # htmx: stop asking
    return render(request, "petitions/_progress.html", _context(petition))


def _context(petition: Petition, **forms: Form) -> dict[str, Any]:
    now = timezone.now()
    may = {name for name in ("evaluate", "withdraw", "supplement") if petition.state in MOVES[name].sources}
    return {
        "petition": petition,
        "now": now,
        "overdue": petition.is_overdue(now),
        "steps": timeline.of(petition),
        "ahead": ahead(petition, now),
        "may": may,
        "attachments": shown_files(petition.attachments.all()),
        "may_unpublish": petition.publication not in (Publication.PRIVATE, Publication.REFUSED),
        "evaluate_form": forms.get("evaluate", EvaluateForm()),
        "supplement_form": forms.get("supplement", SupplementForm()),
        "withdraw_form": forms.get("withdraw", WithdrawForm()),
        "waiting": petition.state == State.AWAITING_EVALUATION,
    }


def _act(request: HttpRequest, reference: str, name: str, form: Form, action: Action, done: str) -> HttpResponse:
    """What every form of the page does: load, call one action, answer with a sentence."""
    petition = _own(request, reference)
    if petition is None:
        return _ask(reference)
    if form.is_valid():
        try:
            action(petition, form.cleaned_data, timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("petitions:one", reference)
    return render(request, "petitions/one.html", _context(petition, **{name: form}), status=422)


@require_POST
def evaluate(request: HttpRequest, reference: str) -> HttpResponse:
    """The resident's judgement."""
    form = EvaluateForm(request.POST)
    return _act(
        request,
        reference,
        "evaluate",
        form,
        lambda petition, data, now: actions.evaluate(petition=petition, by=PETITIONER, now=now, **data),
        _("Thank you. Your judgement is on the record."),
    )


@require_POST
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """The resident takes it back."""
    return _act(
        request,
        reference,
        "withdraw",
        WithdrawForm(request.POST),
        lambda petition, data, now: actions.withdraw(petition=petition, by=PETITIONER, now=now, **data),
        _("The petition has been withdrawn. Nobody works on it any more."),
    )


@require_POST
def supplement(request: HttpRequest, reference: str) -> HttpResponse:
    """More words, more photos."""
    return _act(
        request,
        reference,
        "supplement",
        SupplementForm(request.POST, request.FILES),
        _add,
        _("Added. Those who handle it can see it."),
    )


def _add(petition: Petition, data: dict[str, Any], now: datetime) -> None:
    if data["text"]:
        actions.supplement(petition=petition, by=PETITIONER, now=now, text=data["text"])
    for file in data["photos"]:
        actions.attach(petition=petition, file=file, by=PETITIONER, now=now)


@require_POST
def unpublish(request: HttpRequest, reference: str) -> HttpResponse:
    """The consent to publication is withdrawn; it leaves every public list at once (PIPL art 15)."""
    return _act(
        request,
        reference,
        "unpublish",
        Form(request.POST),
        lambda petition, data, now: actions.withdraw_publication(petition=petition, by=PETITIONER, now=now),
        _("It is no longer public."),
    )


@never_cache
@require_safe
def attachment(request: HttpRequest, reference: str, number: int) -> HttpResponse | FileResponse:
    """A photo or PDF of one's own petition; everybody else gets 404."""
    petition = _own(request, reference)
    if petition is None:
        raise Http404
    kept = get_object_or_404(petition.attachments, pk=number, withheld=False)
    return served(kept.file, content_type=kept.content_type, name=kept.name)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close all petitions opened in this browser: for a computer that others use too."""
    held.close_all(request)
    messages.success(request, _("Closed. Nobody can open your petitions here without reference and number."))
    return redirect("petitions:follow")
