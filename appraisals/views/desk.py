"""Duty reports at the desk: the deputy writes, the station checks, calls the meeting and runs the vote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import keyset
from accounts.queries import me
from appraisals import actions
from appraisals.drafting import named
from appraisals.forms import FORMS, MoveForm
from appraisals.lifecycle import MOVES
from appraisals.models import DutyReport
from appraisals.moves import moves_open_to
from deputies.access import looked_after, scope_of
from deputies.models import Deputy
from directory.calendar import local_day
from journal.refusals import Refused

PAGE = 30
View = Callable[..., HttpResponse]


def at_reports(view: View) -> View:
    """Let a view be reached by deputies and those who look after duty files; others find nothing there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        scope = scope_of(request.user)
        if not (scope.deputy or scope.verifies):
            raise Http404
        return view(request, *args, **kwargs)

    return cast(View, never_cache(login_required(guarded)))


class StartForm(forms.Form):
    """Whose report, and of which year."""

    deputy = forms.ModelChoiceField(Deputy.objects.none(), to_field_name="code")
    year = forms.IntegerField()

    def __init__(self, *args: Any, user: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope, this_year = scope_of(user), local_day(now).year
        field: Any = self.fields["deputy"]
        mine = Deputy.objects.filter(pk=scope.deputy) if scope.deputy else Deputy.objects.filter(looked_after(user))
        field.queryset = mine.active().order_by("code")
        field.label, self.fields["year"].label = _("Deputy"), _("Year")
        if scope.deputy:
            field.initial, field.empty_label = mine.first(), None
            field.widget = forms.HiddenInput()
        years = [(year, str(year)) for year in range(this_year, this_year - 6, -1)]
        self.fields["year"].widget = forms.Select(choices=years, attrs={"class": "short"})
        self.fields["year"].initial = this_year


@at_reports
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """What I write or look after, the newest first."""
    return _list(request, StartForm(user=request.user, now=timezone.now()))


def _list(request: HttpRequest, form: StartForm, status: int = 200) -> HttpResponse:
    found = DutyReport.objects.at_desk_of(request.user).select_related("deputy", "station").defer("text", "facts")
    try:
        page = keyset.page(found, ("-id",), cursor=request.GET.get("cursor", "")[:1000], size=PAGE)
    except keyset.NoSuchPlace:
        raise Http404 from None
    context = {"page": page, "form": form, "own": bool(scope_of(request.user).deputy)}
    return render(request, "appraisals/desk_reports.html", context, status=status)


@at_reports
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Draft a report, and go to it."""
    now = timezone.now()
    form = StartForm(request.POST, user=request.user, now=now)
    if form.is_valid():
        try:
            report = actions.start(**form.cleaned_data, by=me(request), now=now)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return redirect("appraisals:desk_report", report.pk)
    return _list(request, form, status=422)


def _of(request: HttpRequest, number: int) -> DutyReport:
    found = DutyReport.objects.at_desk_of(request.user).select_related(
        "deputy__area", "deputy__user", "station", "poll"
    )
    return get_object_or_404(found, pk=number)


@at_reports
@require_safe
def report(request: HttpRequest, number: int) -> HttpResponse:
    """One report with what I may do about it."""
    return _page(request, _of(request, number))


def _page(request: HttpRequest, found: DutyReport, bound: tuple[str, MoveForm] | None = None) -> HttpResponse:
    forms_open = {
        name: bound[1] if bound and bound[0] == name else FORMS[name](report=found, prefix=None, auto_id=f"{name}_%s")
        for name in moves_open_to(request.user, found)
    }
    poll = found.poll
    context = {
        "report": found,
        "facts": named(found.facts),
        "edit": forms_open.pop("edit", None),
        "moves": [{"name": name, "label": MOVES[name].label, "form": form} for name, form in forms_open.items()],
        "codes_given": poll.codes.count() if poll else 0,
        "codes_used": poll.participations.count() if poll else 0,
    }
    return render(request, "appraisals/desk_report.html", context, status=422 if bound else 200)


@at_reports
@sensitive_post_parameters("phones")
@require_POST
def move(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """One move; codes are answered with the sheet to print."""
    found = _of(request, number)
    if name not in FORMS:
        raise Http404
    form = FORMS[name](request.POST, report=found, auto_id=f"{name}_%s")
    if form.is_valid():
        try:
            done = getattr(actions, name)(report=found, **form.cleaned_data, by=me(request), now=timezone.now())
        except Refused as refusal:
            if name not in moves_open_to(request.user, found):
                messages.error(request, str(refusal))
                return redirect("appraisals:desk_report", number)
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            if name == "issue_codes":
                return render(
                    request,
                    "appraisals/slips.html",
                    {"report": _of(request, number), "codes": done, "site": settings.SITE_URL},
                )
            messages.success(request, _done(name, done))
            return redirect("appraisals:desk_report", number)
    return _page(request, found, (name, form))


def _done(name: str, done: Any) -> str:
    if name == "invite":
        return _("Codes are on their way to %(number)d numbers.") % {"number": done}
    said = {
        "edit": _("Saved."),
        "redraft": _("Drafted anew from the duty file."),
        "hand_in": _("Handed in. The station checks it."),
        "send_back": _("Sent back to the deputy."),
        "publish": _("Published."),
        "convene": _("The meeting is called, and the vote prepared."),
        "open_vote": _("The vote is open."),
        "announce": _("The vote is closed, and the result announced."),
    }
    return said[name]
