"""The two health addresses."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from liaison import health


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Alive: this process answers. Asks nothing of database, cache or queue."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: database, broker, workers and outbox are well; 503 when one is not (`liaison/health.py`)."""
    found = health.report(now=timezone.now())
    return JsonResponse(found, status=200 if found["ok"] else 503)
