"""A database of one's own for a measurement: made beside the real one, migrated, removed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from directory import queries
from liaison.celery import app


@contextmanager
def scratch_database(purpose: str) -> Iterator[None]:
    """Run the block on an empty, migrated database; drop it afterwards. Nothing reaches the real one.

    Tasks are published into this process's memory: no worker of the real database may see their numbers.
    """
    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"] = {**connection.settings_dict.get("TEST", {}), "NAME": f"{purpose}_{os.getpid()}"}
    broker = app.conf.broker_url
    app.conf.update(broker_url="memory://localhost")
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    queries.invalidate()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")  # nobody needs it after a power cut
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        app.conf.update(broker_url=broker)
        queries.invalidate()
