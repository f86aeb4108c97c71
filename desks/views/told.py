"""The messages of whoever sits at a desk: what happened to their matters, and the weekly letter to a unit's head."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.keyset import NoSuchPlace, page
from desks.access import at_desk, desk_of, me
from notifications import actions
from notifications.models import Delivery

SIZE = 50
COUNTED_OF = 100  # the newest, so that a box of many years is not counted through


@at_desk("any")
@require_GET
def told(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first; `?show=unread` those not read yet."""
    user, only = me(request), request.GET.get("show") == "unread"
    mine = Delivery.objects.inbox_of(user.pk)
    try:
        rows = page(
            mine.unread() if only else mine,
            ("-created_at", "-id"),
            cursor=request.GET.get("cursor", "")[:300],
            size=SIZE,
        )
    except NoSuchPlace:
        raise Http404 from None
    shown = {"page": rows, "only": only, "kept": "show=unread&" if only else "", "desk": desk_of(user)}
    return render(request, "desks/told.html", shown)


@at_desk("any")
@require_GET
def unread(request: HttpRequest) -> HttpResponse:
    """How many of the newest are unread, for the navigation."""
    newest = Delivery.objects.inbox_of(me(request).pk).order_by("-created_at", "-id")[:COUNTED_OF]
    number = sum(at is None for at in newest.values_list("read_at", flat=True))
    return render(request, "desks/_unread.html", {"number": number})


@at_desk("any")
@require_GET
def follow(request: HttpRequest, number: int) -> HttpResponse:
    """Read one, and go to what it is about."""
    message = get_object_or_404(Delivery.objects.inbox_of(me(request).pk), pk=number)
    actions.mark_read(delivery_id=number, user_id=me(request).pk, now=timezone.now())
    here = url_has_allowed_host_and_scheme(message.url, allowed_hosts=None)
    return HttpResponseRedirect(message.url) if message.url and here else redirect("desks:told")


@at_desk("any")
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Note that everything is read."""
    actions.mark_all_read(user_id=me(request).pk, now=timezone.now())
    return redirect("desks:told")
