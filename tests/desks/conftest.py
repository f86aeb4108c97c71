"""Somebody sitting at a desk: a signed-in browser without script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from desks.versions import version_of
from dispatch.models import WorkOrder
from petitions.models import Petition, Routing
from tests.walk import Walk


@pytest.fixture(autouse=True)
def _plain_static(settings: Any) -> None:
    """Files as they are, without the manifest of collected ones; the router leaves the choice to a person."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ROUTER_MAY_ASSIGN = False


@pytest.fixture
def sit(cast: Any) -> Any:
    """`sit("dispatcher")`: a client signed in as one of the cast, the second factor shown, in English."""
    return cast.browser


@pytest.fixture
def own_folder(settings: Any, tmp_path: Any) -> None:
    """Files that are written go to a folder of the test's own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }


@pytest.fixture
def late(walk: Walk) -> list[WorkOrder]:
    """Two petitions long overdue with the water unit."""
    found = []
    for _ in range(2):
        walk.to("in_progress")
        WorkOrder.objects.filter(pk=walk.order.pk).update(internal_due_at=timezone.now() - timedelta(days=2))
        found.append(walk.order)
    return found


def suggest(petition: Petition, *codes: str) -> Petition:
    """Let the router have named these units, the first with 0.9."""
    Routing.objects.update_or_create(
        petition=petition,
        defaults={
            "at": timezone.now(),
            "version": "test",
            "categories": [],
            "departments": [
                {
                    "code": code,
                    "score": 0.9 - place / 10,
                    "reasons": [{"code": "keywords", "words": ["下水道"], "category": "drain"}],
                    "co_units": [],
                }
                for place, code in enumerate(codes)
            ],
            "assigned": False,
        },
    )
    return petition


def at_version(petition: Petition, **values: Any) -> dict[str, Any]:
    """What a form sends: the version the page showed, and the values."""
    return {"version": version_of(petition), **values}
