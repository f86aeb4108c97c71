"""Recompute the blind indexes after a change of BLIND_INDEX_KEY."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import rotation


class Command(BaseCommand):
    """`manage.py reindex_contacts`"""

    help = (
        "Recomputes the look-up hashes of telephone numbers with the present BLIND_INDEX_KEY. Until it has finished, "
        "rows not yet reached are not found by number. May be stopped and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for model, field in rotation.blind_indexes():
            seen, changed = rotation.reindex(model, field)
            self.stdout.write(f"{model._meta.label}.{field.name}: {seen} seen, {changed} changed")
