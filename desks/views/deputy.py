"""The deputy's desk, made for a telephone: receptions, matters, what is due, what residents answered; claiming."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.keyset import NoSuchPlace, page
from deputies.models import Deputy
from desks.access import at_desk, desk_of, me
from desks.deputy_desk import SOON, holds
from desks.posted import words
from journal.refusals import Refused
from petitions import actions
from petitions.access import scope_of
from petitions.claimable import claimable
from petitions.lifecycle import MATTER
from petitions.orders import visible_orders

SIZE = 20


def my_deputy(request: HttpRequest) -> Deputy:
    """The deputy who is signed in; 404 for others."""
    return get_object_or_404(Deputy.objects.select_related("area"), pk=scope_of(request.user).deputy or 0)


@at_desk("deputy")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Everything on one page; as many statements for fifty matters as for five."""
    user, now, deputy = me(request), timezone.now(), my_deputy(request)
    found = holds(user, deputy, now)
    context = {
        "deputy": deputy,
        "now": now,
        "soon": now + SOON,
        "receptions": found.receptions,
        "rows": found.rows,
        "due": found.due,
        "answers": found.answers,
        "standing": found.standing,
        "offers": claimable(user).order_by("-id")[:3],
        "desk": desk_of(user),
    }
    return render(request, "desks/deputy.html", context)


@at_desk("deputy")
@require_POST
def urge(request: HttpRequest, number: int) -> HttpResponse:
    """Urge the unit from the desk."""
    order = get_object_or_404(visible_orders(me(request)), pk=number, matter_type=MATTER)
    note = words(request, "note") or _("Please handle this matter soon.")
    try:
        actions.urge(order=order, by=me(request), now=timezone.now(), note=note)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The unit was urged."))
    return redirect("desks:deputy")


@at_desk("deputy")
@require_GET
def matters_to_claim(request: HttpRequest) -> HttpResponse:
    """Matters that may be followed, the newest first; no word of a resident's."""
    user = me(request)
    try:
        shown = page(claimable(user), ("-id",), cursor=request.GET.get("cursor", ""), size=SIZE)
    except NoSuchPlace:
        raise Http404 from None
    context = {"page": shown, "now": timezone.now(), "desk": desk_of(user)}
    return render(request, "desks/claimable.html", context)


@at_desk("deputy")
@require_POST
def claim(request: HttpRequest, reference: str) -> HttpResponse:
    """Follow one."""
    petition = get_object_or_404(claimable(me(request)), reference=reference)
    try:
        actions.claim(petition=petition, by=me(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desks:claimable")
    messages.success(request, _("You follow this matter from now on; the resident is told."))
    return redirect("desks:matter", petition.reference)


__all__ = ["claim", "desk", "matters_to_claim", "my_deputy", "urge"]
