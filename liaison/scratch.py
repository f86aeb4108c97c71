"""A database of one's own for a measurement: made beside the real one, migrated, removed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from common.nudge import hushed
from directory import queries


@contextmanager
def scratch_database(purpose: str) -> Iterator[None]:
    """Run the block on an empty, migrated database; drop it afterwards. Nothing reaches the real one.

    Nothing is published: no worker of the real database may see its numbers.
    """
    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"] = {**connection.settings_dict.get("TEST", {}), "NAME": f"{purpose}_{os.getpid()}"}
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    queries.invalidate()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")  # nobody needs it after a power cut
        with hushed():
            yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        queries.invalidate()
