"""What the tools have in common: whose they are, and how they look."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

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

# name of the address: whose tool it is, its title, its icon (Material Symbols)
TOOLS: dict[str, tuple[str, str | Promise, str]] = {
    "who": (SYSTEM, _("Who would get this?"), "alt_route"),
    "tree": (SYSTEM, _("Directory tree"), "account_tree"),
    "files": (SYSTEM, _("Import and export"), "swap_vert"),
    "deputies": (SYSTEM, _("Import deputies"), "groups"),
    "lockouts": (SECURITY, _("Lock-outs"), "lock_clock"),
    "sessions": (SECURITY, _("Sessions of staff"), "devices"),
}


def holds(user: Any, kind: str) -> bool:
    """Whether the user is the administrator of this kind; looked up once a request."""
    if not hasattr(user, "_admin_kind"):
        user._admin_kind = AdminRole.objects.filter(user=user).values_list("kind", flat=True).first()
    return bool(user.is_active and user.is_staff and user._admin_kind == kind)


def tool(name: str) -> Callable[[View], View]:
    """Let a view be reached by its own administrator; the other two, and superusers, find nothing there."""
    kind = TOOLS[name][0]

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
    common = {**admin.site.each_context(request), "title": TOOLS[name][1], "tool": name}
    return render(request, template, {**common, **context}, status=status)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The side bar: the tools of whoever is signed in, then the tables they may open, by app."""
    mine = [
        {"title": title, "icon": icon, "link": reverse(f"backoffice:{name}")}
        for name, (kind, title, icon) in TOOLS.items()
        if holds(request.user, kind)
    ]
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
