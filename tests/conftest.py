"""What every test may use: the cast, clients for them, and the walk of a petition through HTTP."""

from __future__ import annotations

import os

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.test.testcases import TransactionTestCase
from pgtrigger import ignore

from accounts.models import ConsentText
from directory import queries
from dispatch import versions
from tests import cast as casting
from tests.walk import Walk


def pytest_configure(config):
    """Give each xdist worker a Redis database of its own: emptying the cache must not disturb the others."""
    number = int("".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", ""))) or 0)
    if number and settings.REDIS_URL.startswith("unix"):
        settings.CACHES["default"]["LOCATION"] = f"{settings.REDIS_URL.partition('?')[0]}?db={number + 8}"


@pytest.fixture(autouse=True)
def _nothing_kept(request, settings, tmp_path):
    """No test sees what another has cached, counted or stored."""
    queries.invalidate()
    versions.unload()
    settings.LANGUAGE_CODE = "zh-hans"
    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(request.fixturenames):
        cache.clear()
    yield
    queries.invalidate()
    versions.unload()


@pytest.fixture
def cast(db):
    """The small town and its people (tests/cast.py)."""
    return casting.build()


@pytest.fixture
def walk(cast, settings, tmp_path):
    """A petition's walk through HTTP, step by step: `walk.to("replied")`."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    # Each client loads the middleware anew, and this one then looks through every static file on the disk.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("whitenoise.")]
    return Walk(cast)


def _flush_with_leave(self):
    """Transactional tests empty every table afterwards; only here may the journal's guard stand aside."""
    with ignore("journal.Entry:no_truncate"):
        kept = list(ConsentText.objects.all())  # they come with a migration, and every petition needs them
        for name in self._databases_names(include_mirrors=False):
            call_command(
                "flush",
                verbosity=0,
                interactive=False,
                database=name,
                reset_sequences=False,
                allow_cascade=True,
                inhibit_post_migrate=False,
            )
        ConsentText.objects.bulk_create(kept)


TransactionTestCase._fixture_teardown = _flush_with_leave
