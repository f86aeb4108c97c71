"""The workbench: everything that waits, by tab; found, sorted, and the router's choice taken with one key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.keyset import NoSuchPlace, Page, page
from accounts.models import AdminRole, User
from common.skeleton import put_down
from desks import actions, meanwhile
from desks.access import Desk, at_desk, capacities_of, desk_of, me, sign_in
from desks.landing import EVERYTHING, day_of, first_tab
from desks.ledger import rechecks
from desks.listing import BEHIND, CHOSEN, address, asked, behind, columns_of, filter_choices, filtered, shown
from desks.rows import Rows, give_views
from desks.versions import give
from directory import queries
from directory.models import Department
from dispatch import lifecycle as orders
from journal.refusals import Refused
from petitions import choices
from petitions.lifecycle import MOVES
from petitions.models import Petition, PetitionQuerySet
from petitions.timeline import listed as in_a_row
from petitions.worklist import TABS, counts

SIZE = 50
SUPERVISORS = frozenset({"restricted", "exclusions"})  # the tabs of supervision alone


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Lead everybody to the page of their role; the workbench itself is here."""
    if not request.user.is_authenticated:
        return sign_in(request)
    desk = desk_of(request.user)
    if desk.workbench or (desk.unit and request.GET.get("figure")):  # a unit follows its figures to their matters
        return _workbench(request)
    if desk.unit:
        return redirect("desks:unit")
    if AdminRole.objects.filter(user=me(request)).exists() or request.user.is_staff:
        return redirect("admin:index")
    if me(request).signs_in_by_password:  # staff to whom no office was given yet; a resident's page is none of theirs
        return render(request, "desks/no_office.html")
    return redirect("petitions:mine")


@require_GET
def _workbench(request: HttpRequest) -> HttpResponse:
    context = listed(request)
    partial = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    return render(request, "desks/_list.html" if partial else "desks/workbench.html", context)


def listed(request: HttpRequest) -> dict[str, Any]:
    """Return everything the list shows: tabs with counts, filters, one page of rows."""
    user, now, query = me(request), timezone.now(), asked(request.GET)
    saved = list(user.saved_filters.all())
    if not query:  # nobody asked for anything in particular: their own view, if they have one
        query = next((asked(QueryDict(each.query)) for each in saved if each.is_default), {})
    offered = tabs_of(desk_of(user))
    numbers = counts(user, offered)
    narrowed = any(name in query for name in (*CHOSEN, *BEHIND))
    landed = query.get("tab") not in TABS and not narrowed
    query["tab"] = tab = _tab(user, query, numbers, landed=landed)
    found, problems = filtered(user, query)
    rows, misplaced = _page(shown(found), query)
    give(rows.rows)
    give_views(rows.rows)
    made = Rows(user, now, rechecks([each.pk for each in rows.rows]) if tab == "ledger" else None)
    kept = {name: value for name, value in query.items() if name != "cursor"}
    here, token = address(query), get_token(request)
    return {
        "tabs": _tabs(offered, numbers, kept),
        "tab": tab,
        "query": query,
        "here": here,
        "rows": [
            put_down("desks/_row.html", made.row(petition), here=here, csrf_token=token) for petition in rows.rows
        ],
        "next": address({**kept, "cursor": rows.next}) if rows.next else "",
        "previous": address({**kept, "cursor": rows.previous}) if rows.previous is not None else "",
        "narrowed": narrowed,
        "rests": _resting(user, offered) if landed and not numbers[tab] else "",
        "elsewhere": address({**kept, "tab": EVERYTHING}) if narrowed and tab != EVERYTHING else "",
        "unfolded": any(name in query for name in CHOSEN[1:]),
        "behind": behind(kept),
        "problem": misplaced or problems,
        "now": now,
        "filters": filter_choices(),
        "saved": saved,
        "kept": urlencode(kept),
        "bulk_moves": bulk_moves(request),
        "desk": desk_of(user),
    }


def _tab(user: User, query: Mapping[str, str], numbers: Mapping[str, int], *, landed: bool) -> str:
    """The tab an address asks for; without one what narrows the list is looked for everywhere, or work is begun."""
    if landed:
        return first_tab(capacities_of(user), numbers)
    return query["tab"] if query.get("tab") in TABS else EVERYTHING


def _resting(user: User, offered: Mapping[str, Any]) -> str:
    """The tabs of somebody's day, by name, to be said when all of them are empty."""
    return in_a_row(str(offered[tab]) for tab in day_of(capacities_of(user)) if tab in offered)


def _tabs(offered: Mapping[str, Any], numbers: Mapping[str, int], kept: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"name": name, "label": label, "count": numbers[name], "to": address({**kept, "tab": name})}
        for name, label in offered.items()
    ]


def tabs_of(desk: Desk) -> dict[str, Any]:
    """The tabs a desk has, with their labels: restricted matters and exclusions are the supervisors' alone."""
    return {name: label for name, (label, _q) in TABS.items() if name not in SUPERVISORS or desk.supervision}


def _page(found: PetitionQuerySet, query: dict[str, str]) -> tuple[Page, str]:
    columns = columns_of(query)
    try:
        return page(found, columns, cursor=query.get("cursor", ""), size=SIZE), ""
    except NoSuchPlace:
        return page(found, columns, cursor="", size=SIZE), _("That page link is not valid: this is the first page.")


def bulk_moves(request: HttpRequest) -> list[tuple[str, str]]:
    """The moves offered for several rows at once: those the move tables open to a capacity held anywhere."""
    held = capacities_of(request.user)
    offered = [
        ("assign_first", MOVES["assign"].who, _("Assign to the router’s first candidate")),
        ("assign", MOVES["assign"].who, _("Assign to a unit")),
        ("approve_reply", MOVES["approve_reply"].who, _("Pass the replies on")),
        ("publish", MOVES["publish"].who, _("Publish")),
        ("register", MOVES["register"].who, _("Register")),
        ("note", MOVES["note"].who, _("Add an internal note")),
        ("urge", orders.MOVES["urge"].who, _("Urge the units")),
    ]
    return [(name, label) for name, who, label in offered if held & who]


@at_desk("workbench")
@require_GET
def tabs(request: HttpRequest) -> HttpResponse:
    """The tabs alone, fetched now and then so that their counts are live."""
    kept = {name: value for name, value in asked(request.GET).items() if name != "cursor"}
    offered = tabs_of(desk_of(request.user))
    numbers = counts(me(request), offered)
    context = {
        "kept": urlencode(kept),
        "tabs": _tabs(offered, numbers, kept),
        "tab": kept.get("tab", ""),
    }
    return render(request, "desks/_tabs.html", context)


@at_desk("workbench")
@require_POST
def assign_first(request: HttpRequest, reference: str) -> HttpResponse:
    """One key: assign to the candidate that the row showed. The row comes back as it is now, with what happened."""
    user, now = me(request), timezone.now()
    petition = get_object_or_404(Petition.objects.visible_to(user).defer("search"), reference=reference)
    unit = queries.department_by_code(request.POST.get("unit", "")[:32])
    if unit is None:
        raise Http404
    done, problem = _assign(petition, unit, request, now)
    if not request.headers.get("HX-Request"):
        messages.success(request, done) if done else messages.error(request, problem)
        return HttpResponseRedirect(back(request))
    fresh = shown(filtered(user, {})[0]).get(pk=petition.pk)
    give([fresh])
    give_views([fresh])
    row = Rows(user, now).row(fresh, done=done, problem=problem)
    return render(request, "desks/_row.html", {"row": row, "now": now, "desk": desk_of(user)})


def _assign(petition: Petition, unit: Department, request: HttpRequest, now: datetime) -> tuple[str, str]:
    try:
        version = int(request.POST.get("version", ""))
    except ValueError:
        raise Http404 from None
    try:
        actions.assign_first(petition=petition, unit=unit, version=version, by=me(request), now=now)
    except Refused as refusal:
        return "", meanwhile.refused(refusal, now)
    return _("%(reference)s was assigned to %(unit)s.") % {
        "reference": petition.spoken_reference,
        "unit": choices.department_label(unit.code),
    }, ""


def back(request: HttpRequest) -> str:
    """The page the form came from, if it is one of ours."""
    to = request.POST.get("next", "")
    return to if url_has_allowed_host_and_scheme(to, allowed_hosts=None) and to.startswith("/desk/") else "/desk/"


@at_desk("workbench")
@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the present view under a name."""
    query = urlencode(asked(QueryDict(request.POST.get("query", "")[:1000])))
    try:
        actions.save_filter(user=me(request), name=request.POST.get("name", ""), query=query)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The view is kept."))
    return HttpResponseRedirect(f"{reverse('desks:home')}?{query}")


@at_desk("workbench")
@require_POST
def prefer_filter(request: HttpRequest, number: int) -> HttpResponse:
    """Open the workbench with this view from now on, or with none of them when it was the one."""
    actions.prefer_filter(user=me(request), pk=number)
    return HttpResponseRedirect(back(request))


@at_desk("workbench")
@require_POST
def remove_filter(request: HttpRequest, number: int) -> HttpResponse:
    """Forget a saved view."""
    actions.remove_filter(user=me(request), pk=number)
    return HttpResponseRedirect(back(request))
