"""Selections at the desk: the commission opens and closes, stations and deputies nominate, deputies get their code."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import keyset
from accounts.queries import me
from cases import actions
from cases.access import capacities
from cases.forms import NominateForm, OpenForm, ShortlistForm, solved_near
from cases.lifecycle import MOVES, Voters
from cases.models import Round
from deputies.access import COMMISSION, scope_of
from journal.refusals import Refused

PAGE = 30
View = Callable[..., HttpResponse]


def at_cases(view: View) -> View:
    """Let a view be reached by deputies, stations and commission; others find nothing there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        scope = scope_of(request.user)
        if not (scope.deputy or scope.verifies):
            raise Http404
        return view(request, *args, **kwargs)

    return cast(View, never_cache(login_required(guarded)))


@at_cases
@require_http_methods(["GET", "POST"])
def rounds(request: HttpRequest) -> HttpResponse:
    """The selections in which I have a part; the commission opens another."""
    form = None
    if any(role in COMMISSION for _path, role in scope_of(request.user).offices):
        form = OpenForm(request.POST or None, user=request.user)
    elif request.method == "POST":
        raise Http404
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            opened = actions.open_round(**form.cleaned_data, by=me(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The selection is open for nominations."))
            return redirect("cases:desk_round", opened.pk)
    found = Round.objects.at_desk_of(request.user).select_related("area")
    try:
        page = keyset.page(found, ("-id",), cursor=request.GET.get("cursor", "")[:1000], size=PAGE)
    except keyset.NoSuchPlace:
        raise Http404 from None
    status = 422 if form and form.errors else 200
    return render(request, "cases/desk_rounds.html", {"page": page, "form": form}, status=status)


def _of(request: HttpRequest, number: int) -> Round:
    return get_object_or_404(Round.objects.at_desk_of(request.user).select_related("area", "poll"), pk=number)


@at_cases
@require_safe
def round_(request: HttpRequest, number: int) -> HttpResponse:
    """One selection with what I may do in it."""
    return _page(request, _of(request, number))


def _page(request: HttpRequest, found: Round, **more: Any) -> HttpResponse:
    held = capacities(request.user, found)
    may = {name for name, move in MOVES.items() if held & move.who and found.state in move.sources}
    bound = [form for form in more.values() if isinstance(form, forms.Form)]
    poll = found.poll
    context = {
        "round": found,
        "cases": found.cases.select_related("petition", "reception__station")
        .prefetch_related("deputies")
        .order_by("-votes", "id"),
        "may": may,
        "nominate": NominateForm(user=request.user, round=found) if "nominate" in may else None,
        "solved": solved_near(request.user, found) if "nominate" in may else [],
        "shortlist": ShortlistForm(round=found) if "shortlist" in may else None,
        "votes_by_deputies": found.voters == Voters.DEPUTIES,
        "codes_used": poll.participations.count() if poll and not poll.is_closed else 0,
        **more,
    }
    return render(request, "cases/desk_round.html", context, status=422 if bound else 200)


@at_cases
@require_POST
def move(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """One move."""
    found = _of(request, number)
    if name not in MOVES:
        raise Http404
    form = _form(request, found, name)
    if form.is_valid():
        try:
            done = getattr(actions, name)(round=found, **form.cleaned_data, by=me(request), now=timezone.now())
        except Refused as refusal:
            if name not in ("nominate", "shortlist") or refusal.status == 403:
                messages.error(request, str(refusal))
                return redirect("cases:desk_round", number)
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            if name == "code":
                return render(request, "cases/code.html", {"round": found, "code": done})
            messages.success(request, _done(name))
            return redirect("cases:desk_round", number)
    return _page(request, found, **{name: form})


def _form(request: HttpRequest, found: Round, name: str) -> forms.Form:
    if name == "nominate":
        return NominateForm(request.POST, user=request.user, round=found)
    return ShortlistForm(request.POST, round=found) if name == "shortlist" else forms.Form(request.POST)


def _done(name: str) -> str:
    return {
        "nominate": _("The case is nominated."),
        "shortlist": _("The shortlist is fixed."),
        "open_vote": _("The vote is open."),
        "announce": _("The vote is closed, and the result announced."),
    }[name]
