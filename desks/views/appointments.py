"""Appointments at the desk: agreed on, moved, cancelled, noted; departments invited, and their answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import NoSuchPlace, page
from desks.access import at_desk, me
from directory import queries
from journal.refusals import Refused
from petitions import choices
from stations.actions import appointments as actions
from stations.actions import invitations
from stations.models.appointments import STANDING, Appointment, AppointmentState

SIZE = 30
MINUTES = "%Y-%m-%dT%H:%M"
TABS = ("open", *AppointmentState.values)


class TimeForm(forms.Form):
    """When a meeting takes place."""

    starts_at = forms.DateTimeField(
        label=gettext_lazy("Begins"),
        input_formats=[MINUTES],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES),
    )
    ends_at = forms.DateTimeField(
        label=gettext_lazy("Ends"),
        input_formats=[MINUTES],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES),
    )


class ReasonForm(forms.Form):
    """Why it is cancelled."""

    reason = forms.CharField(label=gettext_lazy("Reason; the resident is told"), max_length=300)


class AnswerForm(forms.Form):
    """Yes or no of a department."""

    comes = forms.ChoiceField(
        label=gettext_lazy("Does the department come?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=gettext_lazy("Note, or why not"), max_length=300, required=False)


def readable(request: HttpRequest) -> Any:
    """The appointments the caller may read: arranged by them, or their department is invited."""
    arranged = Appointment.objects.visible_to(request.user)
    invited = Appointment.objects.invited(request.user)
    found = Appointment.objects.filter(Q(pk__in=arranged.values("pk")) | Q(pk__in=invited.values("pk")))
    return found.select_related("station", "deputy", "contact")


@at_desk("appointments")
@require_safe
def appointments(request: HttpRequest) -> HttpResponse:
    """What is asked for and agreed, the latest first."""
    tab = request.GET.get("tab", "open")
    tab = tab if tab in TABS else "open"
    found = readable(request)
    found = found.filter(state__in=STANDING) if tab == "open" else found.filter(state=tab)
    try:
        rows = page(found, ("-id",), cursor=request.GET.get("cursor", ""), size=SIZE)
    except NoSuchPlace:
        rows = page(found, ("-id",), cursor="", size=SIZE)
    tabs = [("open", _("To come")), *AppointmentState.choices]
    return render(request, "desks/appointments.html", {"rows": rows, "tab": tab, "tabs": tabs, "now": timezone.now()})


def _load(request: HttpRequest, reference: str) -> Appointment:
    found: Appointment = get_object_or_404(readable(request), reference=reference)
    return found


def _context(request: HttpRequest, found: Appointment, **given: forms.Form) -> dict[str, Any]:
    arranges = Appointment.objects.visible_to(request.user).filter(pk=found.pk).exists()
    invited = list(found.invitations.select_related("department"))
    units = set(me(request).memberships.values_list("department_id", flat=True))
    return {
        "appointment": found,
        "arranges": arranges,
        "invitations": invited,
        "mine": [each for each in invited if each.department_id in units],
        "units": [(code, choices.label(each)) for code, each in queries.snapshot().departments.items()],
        "time_form": given.get("time", TimeForm()),
        "reason_form": given.get("reason", ReasonForm()),
        "answer_form": given.get("answer", AnswerForm()),
        "now": timezone.now(),
    }


@at_desk("appointments")
@require_safe
def appointment(request: HttpRequest, reference: str) -> HttpResponse:
    """One appointment and what can be done with it. Invited departments see no name and no number."""
    return render(request, "desks/appointment.html", _context(request, _load(request, reference)))


Act = Callable[[Appointment, dict[str, Any], datetime], object]


def _act(request: HttpRequest, reference: str, name: str, form: forms.Form, act: Act, said: str) -> HttpResponse:
    found = _load(request, reference)
    if form.is_valid():
        try:
            act(found, form.cleaned_data, timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, said)
            return redirect("desks:appointment", reference)
    if name not in ("time", "reason", "answer"):
        messages.error(request, " ".join(str(each) for each in form.non_field_errors()))
        return redirect("desks:appointment", reference)
    return render(request, "desks/appointment.html", _context(request, found, **{name: form}), status=422)


@at_desk("appointments")
@require_POST
def agree(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirm a meeting, or move what is confirmed, to a time."""

    def act(found: Appointment, data: dict[str, Any], now: datetime) -> object:
        asked = found.state == AppointmentState.REQUESTED
        work = actions.confirm if asked else actions.move
        return work(appointment=found, by=me(request), now=now, **data)

    said = _("The time is agreed; the resident is told.")
    return _act(request, reference, "time", TimeForm(request.POST), act, said)


@at_desk("appointments")
@require_POST
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Cancel with a reason."""
    return _act(
        request,
        reference,
        "reason",
        ReasonForm(request.POST),
        lambda found, data, now: actions.cancel(appointment=found, by=me(request), now=now, **data),
        _("Cancelled; the resident is told."),
    )


@at_desk("appointments")
@require_POST
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """It took place, or nobody came."""
    work = {"kept": actions.keep, "missed": actions.miss}.get(request.POST.get("what", ""))
    if work is None:
        raise Http404
    return _act(
        request,
        reference,
        "note",
        forms.Form(request.POST),
        lambda found, data, now: work(appointment=found, by=me(request), now=now),
        _("It is on the record."),
    )


@at_desk("appointments")
@require_POST
def invite(request: HttpRequest, reference: str) -> HttpResponse:
    """Invite a department."""
    unit = queries.department_by_code(request.POST.get("unit", "")[:32])
    if unit is None:
        raise Http404
    return _act(
        request,
        reference,
        "invite",
        forms.Form(request.POST),
        lambda found, data, now: invitations.invite(appointment=found, department=unit, by=me(request), now=now),
        _("Invited; the department finds it in its inbox."),
    )


@at_desk("appointments")
@require_POST
def answer(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """A department's yes or no."""
    found = _load(request, reference)
    invitation = get_object_or_404(found.invitations, pk=number)

    def act(_found: Appointment, data: dict[str, Any], now: datetime) -> object:
        comes = data["comes"] == "yes"
        return invitations.answer(invitation=invitation, comes=comes, note=data["note"], by=me(request), now=now)

    return _act(request, reference, "answer", AnswerForm(request.POST), act, _("Your answer is on the record."))
