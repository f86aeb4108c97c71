"""The supervisor's desk: what must not be forgotten, and pressing the units, one or many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.strict import clean_text
from common.references import spoken
from desks import actions, oversight
from desks.access import at_desk, desk_of, me
from desks.posted import day, words
from desks.rows import PLACE, due
from desks.skeleton import put_down
from dispatch.models import WorkOrder
from journal.refusals import Refused
from petitions import actions as petition_actions
from petitions.models import Petition

MOST = 100


@at_desk("supervision")
@require_GET
def supervision(request: HttpRequest) -> HttpResponse:
    """Everything on one page, in the order of urgency."""
    user, now = me(request), timezone.now()
    context = {
        "now": now,
        "listed": oversight.LISTED,
        "today": timezone.localdate(),
        "numbers": oversight.numbers(user, now),
        "overdue": _overdue_rows(oversight.overdue_orders(user, now)[: oversight.LISTED], now),
        "by_unit": oversight.overdue_by_unit(user, now),
        "ledger": oversight.ledger(user, now),
        "asked": list(oversight.asked_for_ledger(user)[: oversight.LISTED]),
        "deputies_ask": list(oversight.asked_by_deputies(user)[: oversight.LISTED]),
        "failures": list(oversight.second_failures(user)[: oversight.LISTED]),
        "watched": list(oversight.watched(user)[: oversight.LISTED]),
        "desk": desk_of(user),
    }
    return render(request, "desks/supervision.html", context)


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """One overdue order in the list of those to be urged."""

    number: int
    choose: str
    to: str
    title: str
    spoken: str
    unit: str
    due: SafeString
    urged: int


def _overdue_rows(orders: Iterable[WorkOrder], now: datetime) -> list[SafeString]:
    choose, to = _("Choose %(reference)s"), reverse("desks:matter", args=[PLACE])
    due_words = cache(lambda at: due(at, now))
    return [
        put_down(
            "desks/_overdue_row.html",
            OverdueRow(
                number=order.pk,
                choose=choose % {"reference": spoken(order.reference)},
                to=to.replace(PLACE, order.reference),
                title=order.title,
                spoken=spoken(order.reference),
                unit=order.department.label,
                due=due_words(order.internal_due_at),
                urged=order.urged_count,
            ),
        )
        for order in orders
    ]


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
    chosen = [int(raw) for raw in request.POST.getlist("order")[:MOST] if raw.isdigit() and len(raw) < 19]
    if not chosen or not note:
        messages.error(request, _("Choose at least one work order, and write what you ask of the unit."))
        return redirect("desks:supervision")
    orders = oversight.supervised_orders(user).filter(pk__in=chosen).select_related("department", "area")
    lines = [_urge(order, note, request, now) for order in orders]
    return render(request, "desks/urged.html", {"lines": lines, "desk": desk_of(user)})


def _urge(order: WorkOrder, note: str, request: HttpRequest, now: datetime) -> Urged:
    try:
        petition_actions.urge(order=order, by=me(request), now=now, note=note)
    except Refused as refusal:
        return Urged(order, False, str(refusal))
    return Urged(order, True, _("Urged."))


@at_desk("supervision")
@require_POST
def watch(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a matter under one's own key supervision, with a day to look back."""
    petition = get_object_or_404(Petition.objects.visible_to(request.user).defer("search"), reference=reference)
    look_back_on = day(request, "look_back_on")
    if look_back_on is None:
        messages.error(request, _("Give the day on which you will look back."))
        return redirect("desks:matter", reference)
    named = request.POST.get("supervisor", "")
    supervisor = next((each for each in oversight.colleagues(petition) if str(each.pk) == named), me(request))
    if named and str(supervisor.pk) != named:
        messages.error(request, _("The person named is no supervisor of this area."))
        return redirect("desks:matter", reference)
    try:
        actions.watch(
            petition=petition, supervisor=supervisor, look_back_on=look_back_on, by=me(request), now=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is under the key supervision of %(name)s now.") % {"name": supervisor})
    return redirect("desks:matter", reference)


@at_desk("supervision")
@require_POST
def look_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Record what a look-back found."""
    petition = get_object_or_404(Petition.objects.visible_to(request.user).defer("search"), reference=reference)
    try:
        finding = clean_text(request.POST.get("finding", "")[:2000], multiline=True)
        again = day(request, "again_on")
        actions.look_back(petition=petition, finding=finding, again_on=again, by=me(request), now=timezone.now())
    except (Refused, ValueError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The look-back is on the record."))
    return redirect("desks:supervision")
