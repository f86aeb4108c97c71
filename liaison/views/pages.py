"""Pages with words only: help, privacy, accessibility, contact; and the living page of the design system."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone
from django.views.decorators.cache import never_cache

from liaison.templatetags.design import STATES


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
    """The service worker, at the root so that it serves every page. It knows the offline page and nothing else."""
    script = loader.render_to_string("sw.js", {"version": "1"})
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker shows when there is no line."""
    return render(request, "offline.html")
