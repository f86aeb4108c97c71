"""The inbox of a handling unit: what to sign for, whom to contact, what to answer, by when."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.keyset import NoSuchPlace, page
from common.skeleton import put_down
from desks import actions, meanwhile
from desks.access import at_desk, desk_of, me
from desks.inbox import COUNTS, SOON, TABS, figures, under, with_judgement
from desks.orderrows import OrderRows, answer_address
from desks.versions import latest
from dispatch.models import Reply, ReplyState, WorkOrder
from dispatch.queries import requests_by_order
from journal.refusals import Refused
from petitions.access import scope_of
from petitions.api.commands import ORDER_COMMANDS
from petitions.lifecycle import MATTER
from petitions.models import Petition
from petitions.orders import visible_orders

SIZE = 50
AFTER = frozenset({"answered", "said"})  # the tabs of what is answered: the newest first, with what the resident said
# What is due first comes first: of a tab with a limit of its own, that one.
DUE = {"sign": "sign_due_at", "contact": "contact_due_at"}
QUICK = frozenset({"sign", "contact"})  # the moves that need no words, made from the list itself


@at_desk("unit")
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The list under one tab, the one with something to do first."""
    user, now = me(request), timezone.now()
    units = scope_of(user).unit.units
    asked = (list(units), user.pk, now, now + SOON)
    numbers = COUNTS.get(*asked)
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = next((name for name in ("sign", "answer", "opine") if numbers[name]), "sign")
    versions = Petition.objects.filter(pk=OuterRef("matter_id")).annotate(version=latest()).values("version")
    found = under(tab, *asked).select_related("handler").defer("handler__phone")
    found = found.annotate(version=Subquery(versions))
    if tab in AFTER:
        found = with_judgement(found)
    if "head" in units.values():
        found = found.annotate(drafted=Exists(Reply.objects.filter(order=OuterRef("pk"), state=ReplyState.DRAFT)))
    columns = ("-replied_at",) if tab in AFTER else (DUE.get(tab, "internal_due_at"),)
    problem = ""
    try:
        rows = page(found, columns, cursor=request.GET.get("cursor", ""), size=SIZE)
    except NoSuchPlace:
        rows, problem = page(found, columns, cursor="", size=SIZE), _("That page link is not valid.")
    this, last = figures(list(units), now)
    heads = {unit for unit, role in units.items() if role == "head"}
    made = OrderRows(heads, now, after=tab in AFTER)
    asked_for = {} if tab in AFTER else requests_by_order(rows.rows)
    # A tab nobody chose is not kept: when it is done, the next one with something to do comes up.
    here, token = _address(tab=request.GET.get("tab", "") and tab), get_token(request)
    context = {
        "tabs": [
            {"name": name, "label": label, "count": numbers[name], "to": _address(tab=name)}
            for name, (label, _q) in TABS.items()
        ],
        "tab": tab,
        "label": TABS[tab][0],
        "after": tab in AFTER,
        "rows": [
            put_down("desks/_order_row.html", made.row(order, asked_for.get(order.pk, ())), here=here, csrf_token=token)
            for order in rows.rows
        ],
        "next": _address(tab=tab, cursor=rows.next) if rows.next else "",
        "previous": _address(tab=tab, cursor=rows.previous) if rows.previous is not None else "",
        "problem": problem,
        "now": now,
        "this": this,
        "last": last,
        "here": here,
        "desk": desk_of(user),
    }
    return render(request, "desks/unit.html", context)


def _address(**query: Any) -> str:
    asked = urlencode({name: value for name, value in query.items() if value})
    return reverse("desks:unit") + (f"?{asked}" if asked else "")


@at_desk("unit")
@require_POST
def quick(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Sign for an order, or note that the resident was spoken to, from the list."""
    if name not in QUICK:
        raise Http404
    user = me(request)
    to = request.POST.get("next", "")
    back = HttpResponseRedirect(to if to.startswith("/desk/unit/") else reverse("desks:unit"))
    units = scope_of(user).unit.units
    order = visible_orders(user).filter(department_id__in=units, pk=number).first()
    petition = Petition.objects.visible_to(user).defer("search").filter(pk=_matter(order)).first() if order else None
    if order is None or petition is None:
        get_object_or_404(WorkOrder, pk=number, department_id__in=units)  # of another unit nothing is said
        messages.error(request, _("That work order is not with your unit any more. Nothing was changed."))
        return back
    version, now = request.POST.get("version", ""), timezone.now()
    if not (version.isdecimal() and len(version) < 19):
        raise Http404
    try:
        actions.make_move(
            petition=petition,
            command=ORDER_COMMANDS[name],
            subject=order,
            values={},
            version=int(version),
            by=user,
            now=now,
        )
    except Refused as refusal:
        messages.error(request, meanwhile.refused(refusal, now))
    else:
        messages.success(request, _done(order, name, heads=scope_of(user).unit.units[order.department_id] == "head"))
    return back


def _done(order: WorkOrder, name: str, *, heads: bool) -> str:
    """What was done; what was signed for has left this list, so the way to its reply is said with it."""
    if name != "sign":
        return _("Contact noted: %(title)s") % {"title": order.title}
    said = _("Signed for: %(title)s") % {"title": order.title}
    to = answer_address(reverse("desks:matter", args=[order.reference]), order, heads)
    return format_html('{} <a href="{}">{}</a>', said, to, _("Write the reply"))


def _matter(order: WorkOrder) -> int:
    return order.matter_id if order.matter_type == MATTER else 0
