"""The deputy's desk, made for a telephone: receptions, matters, what is due, what residents answered; claiming."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.keyset import NoSuchPlace, page
from deputies.models import Deputy
from deputies.rhythm import standing
from desks.access import at_desk, desk_of, me
from dispatch.models import WorkOrder
from journal.refusals import Refused
from petitions import actions
from petitions.access import scope_of
from petitions.claimable import claimable
from petitions.lifecycle import MATTER, WITH_UNIT
from petitions.models import Evaluation, Petition, PetitionQuerySet
from petitions.orders import visible_orders
from stations.models import Reception

SOON = timedelta(days=3)
LATELY = timedelta(days=60)
MOST = 50
SIZE = 20


def my_deputy(request: HttpRequest) -> Deputy:
    """The deputy who is signed in; 404 for others."""
    return get_object_or_404(Deputy.objects.select_related("area"), pk=scope_of(request.user).deputy or 0)


def my_matters(user: Any) -> PetitionQuerySet:
    """What the deputy follows: named on it, raised by the deputy, or claimed; never a restricted one."""
    scope = scope_of(user)
    mine = Q(deputy_id=scope.deputy) | Q(pk__in=scope.claims)
    return Petition.objects.visible_to(user).filter(mine, restricted=False)


@at_desk("deputy")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Everything on one page; as many statements for fifty matters as for five."""
    user, now, deputy = me(request), timezone.now(), my_deputy(request)
    matters = list(my_matters(user).open().defer("search", "text").order_by("due_at", "id")[:MOST])
    claims = scope_of(user).claims
    orders = _orders(user, [petition.pk for petition in matters if petition.state in WITH_UNIT])
    rows: list[dict[str, Any]] = [
        {"petition": each, "claimed": each.pk in claims, "order": orders.get(each.pk), "late": each.is_overdue(now)}
        for each in matters
    ]
    context = {
        "deputy": deputy,
        "now": now,
        "soon": now + SOON,
        "receptions": _receptions(deputy, now),
        "rows": rows,
        "due": [row for row in rows if row["petition"].due_at and row["petition"].due_at <= now + SOON],
        "answers": _answers(user, now),
        "standing": standing(deputy, timezone.localdate()),
        "offers": claimable(user).order_by("-id")[:3],
        "desk": desk_of(user),
    }
    return render(request, "desks/deputy.html", context)


def _receptions(deputy: Deputy, now: datetime) -> list[Reception]:
    coming = Reception.objects.filter(duties__deputy=deputy).coming(now)
    return list(coming.select_related("station")[:5])


def _orders(user: Any, petitions: list[int]) -> dict[int, WorkOrder]:
    """The leading open order of each matter, for urging."""
    found = visible_orders(user).filter(matter_type=MATTER, matter_id__in=petitions, state__in=["assigned", "signed"])
    return {order.matter_id: order for order in found.select_related("department").exclude(kind="co").order_by("id")}


def _answers(user: Any, now: datetime) -> list[Evaluation]:
    mine = my_matters(user).values("pk")
    found = Evaluation.objects.filter(petition__in=mine, at__gt=now - LATELY).select_related("petition")
    return list(found.defer("petition__search", "petition__text").order_by("-id")[:10])


@at_desk("deputy")
@require_POST
def urge(request: HttpRequest, number: int) -> HttpResponse:
    """Urge the unit from the desk."""
    order = get_object_or_404(visible_orders(me(request)), pk=number, matter_type=MATTER)
    note = request.POST.get("note", "").strip()[:2000] or _("Please handle this matter soon.")
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


__all__ = ["claim", "desk", "matters_to_claim", "my_deputy", "my_matters", "urge"]
