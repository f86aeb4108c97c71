"""What the tools have in common: whose they are, and how they look."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, cast

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.models import AdminRole
from accounts.queries import me as me  # the views behind `tool` take it from here

View = Callable[..., HttpResponse]
SYSTEM, SECURITY, AUDITOR = AdminRole.Kind.SYSTEM, AdminRole.Kind.SECURITY, AdminRole.Kind.AUDITOR


class Tool(NamedTuple):
    """Whose tool it is, its title, its icon (Material Symbols), what it is for."""

    kind: str
    title: str | Promise
    icon: str
    purpose: str | Promise


TOOLS: dict[str, Tool] = {  # by the name of its address
    "who": Tool(
        SYSTEM,
        _("Who would get this?"),
        "alt_route",
        _("Write as a resident might and see which unit gets it."),
    ),
    "tree": Tool(
        SYSTEM, _("Directory tree"), "account_tree", _("Places with their units and members, subjects and who leads.")
    ),
    "files": Tool(
        SYSTEM, _("Import and export"), "swap_vert", _("The directory as spreadsheets: out, mended, and in again.")
    ),
    "deputies": Tool(SYSTEM, _("Import deputies"), "groups", _("A new term’s deputies from one file.")),
    "lockouts": Tool(
        SECURITY, _("Lock-outs"), "lock_clock", _("Accounts locked after failed attempts; lift a lock with a reason.")
    ),
    "sessions": Tool(
        SECURITY, _("Sessions of staff"), "devices", _("Who of the staff is signed in where; end somebody’s sessions.")
    ),
}


def holds(user: Any, kind: str) -> bool:
    """Whether the user is the administrator of this kind; looked up once a request."""
    if not hasattr(user, "_admin_kind"):
        user._admin_kind = AdminRole.objects.filter(user=user).values_list("kind", flat=True).first()
    return bool(user.is_active and user.is_staff and user._admin_kind == kind)


def tool(name: str) -> Callable[[View], View]:
    """Let a view be reached by its own administrator; the other two, and superusers, find nothing there."""
    kind = TOOLS[name].kind

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not holds(request.user, kind):
                raise Http404
            return view(request, *args, **kwargs)

        return cast(View, never_cache(admin.site.admin_view(guarded)))

    return wrap


def shown(
    request: HttpRequest, name: str, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a tool's page within the administrators' pages."""
    common = {**admin.site.each_context(request), "title": TOOLS[name].title, "tool": name}
    return render(request, template, {**common, **context}, status=status)


def tools_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The tools of whoever is signed in."""
    return [
        {"title": each.title, "icon": each.icon, "purpose": each.purpose, "link": reverse(f"backoffice:{name}")}
        for name, each in TOOLS.items()
        if holds(request.user, each.kind)
    ]


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What django-unfold asks for the administrators' first page: their tools, each with what it is for."""
    return {**context, "title": _("Administration"), "tools": tools_of(request)}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The side bar: the tools of whoever is signed in, then the tables they may open, by app."""
    mine = tools_of(request)
    tables = [
        {
            "title": app["name"],
            "items": [
                {"title": each["name"], "link": each["admin_url"]} for each in app["models"] if each["admin_url"]
            ],
        }
        for app in admin.site.get_app_list(request)
    ]
    return [*([{"title": _("Tools"), "items": mine}] if mine else []), *(group for group in tables if group["items"])]
