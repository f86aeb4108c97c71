"""Pages with words only: help, privacy, accessibility, contact; and the living page of the design system."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from common.design import STATES


def words(request: HttpRequest, page: str) -> HttpResponse:
    """One of the pages in templates/pages/ (the name comes from the address list, never from the visitor)."""
    return render(request, f"pages/{page}.html")


def design(request: HttpRequest) -> HttpResponse:
    """The design system with every part in every state: for developers and staff, 404 for others."""
    if not (settings.DEBUG or settings.LOCAL or request.user.is_staff):
        raise Http404
    now = timezone.now()
    clocks = [
        {"start": now - timedelta(days=used), "due": now - timedelta(days=used - whole), "done": done}
        for used, whole, done in ((1, 5, False), (9, 10, False), (7, 5, False), (3, 5, True))
    ]
    return render(request, "pages/design.html", {"states": list(STATES), "clocks": clocks, "now": now})


@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root so that it serves every page: without a line, the pages that still work."""
    script = loader.render_to_string("sw.js", {"version": "2"})
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


def manifest(request: HttpRequest) -> HttpResponse:
    """What a browser needs to install the portal; `?for=visits` starts at the page on which visits are written down."""
    name, short = _("Deputies’ liaison portal"), _("Liaison portal")
    start, about = "/", _("Tell the deputies what needs solving.")
    if request.GET.get("for") == "visits":
        name, short, start = _("Visits · Deputies’ liaison portal"), _("Visits"), reverse("desks:visit_new")
        about = _("Write down what residents say, also without a network.")
    sizes = (("portal-192", "192x192", "any"), ("portal-512", "512x512", "any"))
    icons = [
        {"src": static(f"icons/{file}.png"), "sizes": size, "type": "image/png", "purpose": purpose}
        for file, size, purpose in (*sizes, ("portal-maskable-512", "512x512", "maskable"))
    ]
    body = {
        "id": start,
        "name": name,
        "short_name": short,
        "description": about,
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "lang": get_language() or "zh-hans",
        "theme_color": "#12303d",
        "background_color": "#f7f5f0",
        "icons": icons,
        "shortcuts": [
            {"name": _("Submit a petition"), "url": reverse("petitions:submit")},
            {"name": _("Write down a visit"), "url": reverse("desks:visit_new")},
        ],
    }
    return JsonResponse(body, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker shows when there is no line."""
    return render(request, "offline.html")
