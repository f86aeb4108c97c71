"""A visit as a device sends it, and somebody at a desk."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from stations.models import Reception
from tests.cast import RESIDENT_PHONE
from tests.desks.conftest import sit  # noqa: F401

WORDS = "楼下夜里十二点还在放音响，老人小孩都睡不着，希望有人管一管。"


@pytest.fixture(autouse=True)
def _plain(settings: Any, tmp_path: Any) -> None:
    """Files as they are; photos into a folder of the test's own."""
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ROUTER_MAY_ASSIGN = False


def visit_payload(**changes: Any) -> dict[str, Any]:
    """A visit that is accepted; `None` leaves a field out."""
    values = {
        "key": str(uuid.uuid4()),
        "station": "east",
        "came_at": (timezone.now() - timedelta(minutes=10)).isoformat(),
        "words": WORDS,
        "told": True,
        "name": "王芳",
        "phone": RESIDENT_PHONE,
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


@pytest.fixture
def api(cast: Any) -> Any:
    """`api("deputy")`: a client of the API signed in as one of the cast, in English."""

    def client(who: str | None = None) -> APIClient:
        made = APIClient(HTTP_ACCEPT_LANGUAGE="en")
        if who:
            made.force_authenticate(getattr(cast, who))
        return made

    return client


@pytest.fixture
def send(api: Any) -> Any:
    """`send("deputy", words="…")`: send one visit."""

    def one(who: str | None = "deputy", **changes: Any) -> Any:
        return api(who).post("/api/v1/visits/", visit_payload(**changes), format="json")

    return one


@pytest.fixture
def session(cast: Any) -> Reception:
    """A reception at East Bank, announced, under way now, twenty places."""
    now = timezone.now()
    return Reception.objects.create(
        station=cast.station["east"],
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=4),
        capacity=20,
        slot_minutes=15,
        state="published",
        state_since=now,
        published_at=now - timedelta(days=5),
    )
