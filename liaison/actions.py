"""Writes of the project itself."""

from datetime import datetime

from liaison.models import Heartbeat


def record_heartbeat(*, queue: str, now: datetime) -> None:
    """Note that a worker of `queue` ran a task at `now`: one upsert."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(queue=queue, at=now)],
        update_conflicts=True,
        unique_fields=["queue"],
        update_fields=["at"],
    )
