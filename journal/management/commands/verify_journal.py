"""`manage.py verify_journal`: recompute the chain of digests and name every row that does not fit."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from journal.queries import broken_links


class Command(BaseCommand):
    help = "Check that no journal row was changed, removed from the middle or slipped in behind the portal's back."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = broken_links()
        if broken:
            raise CommandError("The chain is broken at journal rows: " + ", ".join(map(str, broken)))
        self.stdout.write("The journal is whole.")
