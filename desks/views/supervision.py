"""The supervisor's desk: what must not be forgotten, and pressing the units, one or many."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from desks import actions, oversight
from desks.access import at_desk, desk_of, me
from desks.listing import address
from desks.oversightrows import OversightRows
from desks.posted import words
from desks.views.matter import Sent, context
from desks.watchforms import LookBackForm, WatchForm
from directory.models import Department
from dispatch.models import WorkOrder
from journal.refusals import Refused
from petitions import actions as petition_actions
from petitions.models import Petition

MOST = 100
# What a list of the workbench needs to be read as here: the tab that shows rechecks, the order by limits.
AS_ON_THE_PAGE = {"ledger": {"tab": "ledger"}, "overdue": {"ordering": "due_at"}, "failures": {"ordering": "due_at"}}


@at_desk("supervision")
@require_GET
def supervision(request: HttpRequest) -> HttpResponse:
    """Everything on one page, in the order of urgency."""
    return render(request, "desks/supervision.html", _shown(me(request)))


def _shown(user: User, chosen: Collection[int] = ()) -> dict[str, Any]:
    now, many = timezone.now(), oversight.LISTED
    found, rows = oversight.Oversight(user, now), OversightRows(now)
    numbers = found.numbers()
    return {
        "now": now,
        "cut": cuts(numbers, many),
        "today": timezone.localdate(),
        "numbers": numbers,
        "overdue": rows.overdue(found.overdue[:many], chosen),
        "by_unit": [{**row, "to": _at_unit(row["unit"])} for row in found.overdue_by_unit()],
        "ledger": rows.ledger(found.ledger()),
        "asked": rows.proposals(found.proposals()),
        "deputies_ask": rows.matters(found.deputies_ask[:many]),
        "failures": rows.matters(found.failures[:many]),
        "watched": [(each, LookBackForm(number=each.pk)) for each in found.watched[:many]],
        "desk": desk_of(user),
    }


def cuts(numbers: Mapping[str, int], many: int) -> dict[str, dict[str, Any]]:
    """Of each list longer than the page shows: how many of how many, and where all of its matters are listed."""
    return {
        name: {
            "shown": many,
            "total": numbers[name],
            "matters": numbers.get(f"{name}_matters", numbers[name]),
            "to": address({"tab": "all", "watch": name, **AS_ON_THE_PAGE.get(name, {})}),
        }
        for name in oversight.LISTS
        if numbers[name] > many
    }


def _at_unit(unit: Department | None) -> str:
    """Where the matters with an overdue order at this unit are listed; of one entered just now all that are overdue."""
    return address(
        {"tab": "all", **({"overdue_at": unit.code} if unit else {"watch": "overdue"}), "ordering": "due_at"}
    )


@dataclass
class Urged:
    """One order of an urging, with what came of it."""

    order: WorkOrder
    ok: bool = True
    words: str = ""


@at_desk("supervision")
@require_POST
def urge(request: HttpRequest) -> HttpResponse:
    """Urge the chosen orders, each in its own transaction; the result of each is shown."""
    user, now = me(request), timezone.now()
    note = words(request, "note")
    chosen = [int(raw) for raw in request.POST.getlist("order")[:MOST] if raw.isdecimal() and len(raw) < 19]
    if not chosen or not note.strip():
        problem = _("Choose at least one work order, and write what you ask of the unit.")
        shown = {**_shown(user, chosen), "note": note, "problem": problem}
        return render(request, "desks/supervision.html", shown, status=422)
    orders = oversight.supervised_orders(user).filter(pk__in=chosen)
    lines = [_urge(order, note, request, now) for order in orders]
    return render(request, "desks/urged.html", {"lines": lines, "note": note, "desk": desk_of(user)})


def _urge(order: WorkOrder, note: str, request: HttpRequest, now: datetime) -> Urged:
    try:
        petition_actions.urge(order=order, by=me(request), now=now, note=note)
    except Refused as refusal:
        return Urged(order, False, str(refusal))
    return Urged(order, True, _("Urged."))


@at_desk("supervision")
@require_POST
def watch(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a matter under key supervision, one's own or a colleague's, with a day to look back; or change either."""
    petition, user = _petition(request, reference), me(request)
    form = WatchForm(request.POST, petition=petition, user=user, held=None)
    if form.is_valid():
        supervisor, day = form.cleaned_data["supervisor"], form.cleaned_data["look_back_on"]
        try:
            actions.watch(petition=petition, supervisor=supervisor, look_back_on=day, by=user, now=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("It is under the key supervision of %(name)s now.") % {"name": supervisor})
            return redirect("desks:matter", reference)
    return _again(request, reference, watch_form=form)


@at_desk("supervision")
@require_POST
def look_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Record what a look-back found; without a day to look again, key supervision ends."""
    petition = _petition(request, reference)
    form = LookBackForm(request.POST, number=petition.pk)
    if form.is_valid():
        try:
            actions.look_back(petition=petition, by=me(request), now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _looked_back(form))
            return redirect("desks:matter", reference)
    return _again(request, reference, back_form=form)


def _looked_back(form: LookBackForm) -> str:
    if again := form.cleaned_data["again_on"]:
        day = date_format(again, "DATE_FORMAT")
        return _("The look-back is on the record. Look again on %(day)s.") % {"day": day}
    return _("The look-back is on the record; key supervision has ended.")


def _petition(request: HttpRequest, reference: str) -> Petition:
    visible = Petition.objects.visible_to(request.user).defer("search")
    return get_object_or_404(visible, reference=reference)


def _again(request: HttpRequest, reference: str, **form: Any) -> HttpResponse:
    """The matter once more, with the form as it was typed."""
    return render(request, "desks/matter.html", {**context(request, reference, Sent()), **form}, status=422)
