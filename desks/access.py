"""Which desk is whose. What can be read at it, `petitions.access` alone decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast
from urllib.parse import quote, urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.queries import me as me  # the views behind `at_desk` take it from here
from dispatch.lifecycle import DEPUTY, DISPATCHER, OFFICER, SUPERVISOR
from petitions.access import scope_of
from petitions.lifecycle import STATION_HEAD
from petitions.router_page import may_roll_back

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Desk:
    """The desks open to one person."""

    workbench: bool
    unit: bool
    supervision: bool
    entry: bool
    dispatches: bool
    stations: bool
    figures: bool
    runs: bool  # answers for the portal's running
    visits: bool
    reads_visits: bool
    appointments: bool
    deputy: bool
    duty: bool
    verifies: bool

    @property
    def any(self) -> bool:
        """Whether there is a desk for them at all."""
        return self.workbench or self.unit


def desk_of(user: Any) -> Desk:
    """Return the desks of a user; their scope is loaded once a request."""
    scope = scope_of(user)
    supervises = bool(scope.unit.office_paths(SUPERVISOR))
    dispatches = bool(scope.unit.office_paths(DISPATCHER))
    station = bool(scope.officer_of or scope.head_of)
    workbench = bool(scope.unit.offices or station or scope.deputy)
    return Desk(
        workbench=workbench,
        unit=bool(scope.unit.units),
        supervision=supervises,
        entry=station or dispatches or bool(scope.deputy),
        dispatches=dispatches,
        visits=station or bool(scope.deputy),
        reads_visits=workbench,
        appointments=workbench or bool(scope.unit.units),
        stations=bool(scope.unit.offices or station),
        figures=scope.is_staff,
        deputy=bool(scope.deputy),
        duty=workbench,
        verifies=bool(scope.unit.offices or station),
        runs=may_roll_back(user),
    )


def capacities_of(user: Any) -> frozenset[str]:
    """In which capacities somebody acts at a workbench; on which matters, `petitions.access` says of each."""
    scope = scope_of(user)
    held = {role for _path, role in scope.unit.offices}
    stations = ((OFFICER, scope.officer_of), (STATION_HEAD, scope.head_of), (DEPUTY, scope.deputy))
    return frozenset(held | {name for name, found in stations if found})


def sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and back; a part of a page that was fetched has the whole page led there."""
    partial = request.headers.get("HX-Request")
    back = _shown(request) if partial else request.get_full_path()
    to = f"{reverse('account_login')}?next={quote(back or reverse('desks:home'))}"
    return HttpResponse(status=204, headers={"HX-Redirect": to}) if partial else HttpResponseRedirect(to)


def _shown(request: HttpRequest) -> str:
    """The address, within the portal, of the page that a part was fetched for; nothing where none is readable."""
    try:
        return urlsplit(request.headers.get("HX-Current-URL", ""))._replace(scheme="", netloc="").geturl()
    except ValueError:
        return ""


def at_desk(name: str) -> Callable[[View], View]:
    """Let a view be reached by those who have this desk; others find nothing there, strangers the sign-in page."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in(request)
            if not getattr(desk_of(request.user), name):
                raise Http404
            return view(request, *args, **kwargs)

        return cast(View, never_cache(guarded))

    return wrap
