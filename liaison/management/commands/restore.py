"""`manage.py restore COPY`: what `manage.py backup` made, into an empty database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from journal.queries import broken_links
from liaison.backup import CannotRestore, check, restore


class Command(BaseCommand):
    """Refuses a damaged copy and a database that holds anything."""

    help = "Restore a copy into the empty database that DATABASE_URL names, and verify the journal's chain."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which copy."""
        parser.add_argument("copy", type=Path, metavar="COPY", help="the folder that `manage.py backup` named")
        parser.add_argument("--check", action="store_true", help="only look whether the copy is whole")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check or restore, and say what is there."""
        try:
            if options["check"]:
                manifest = check(options["copy"])
                self.stdout.write(f"The copy of {manifest['made_at']} is whole.")
                return
            manifest = restore(options["copy"])
        except CannotRestore as problem:
            raise CommandError(str(problem)) from None
        if broken := broken_links():
            raise CommandError("Restored, but the chain is broken at journal rows: " + ", ".join(map(str, broken)))
        self.stdout.write(f"Restored {manifest['rows']['petitions_petition']} petitions. The journal is whole.")
