"""The yardstick: Django with one view that inserts one row. No middleware, connections kept as in the portal."""

from __future__ import annotations

import os
from typing import Any

import dj_database_url
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, JsonResponse
from django.urls import path

settings.configure(
    SECRET_KEY="the yardstick has no secrets",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="bench.bare",
    MIDDLEWARE=[],
    INSTALLED_APPS=[],
    USE_TZ=True,
    DATABASES={"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=600)},
)
django.setup()


class Row(models.Model):
    """What the bare view writes."""

    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bench"
        db_table = "bench_row"

    def __str__(self) -> str:
        return f"row {self.pk}"


def insert(request: HttpRequest) -> JsonResponse:
    """Insert the body as a row and answer its number."""
    row = Row.objects.create(text=request.body.decode())
    return JsonResponse({"id": row.pk}, status=201)


urlpatterns = [path("", insert)]
application: Any = get_wsgi_application()
