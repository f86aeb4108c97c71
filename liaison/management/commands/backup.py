"""`manage.py backup FOLDER`: a copy of database, attachments and trained routers."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from liaison.backup import CannotBackUp, back_up, clear_away


class Command(BaseCommand):
    """Copies while the portal runs; nobody waits."""

    help = (
        "Copy the database, the attachments and the trained routers into a new folder below FOLDER. The keys "
        "(SECRET_KEY, CONTACT_KEYS, BLIND_INDEX_KEY) are not in the copy: keep them elsewhere; without them it opens "
        "nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare where to, and how many copies stay."""
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument(
            "--keep", type=int, default=0, metavar="N", help="remove all but the latest N copies; 0: none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, then clear away."""
        if options["keep"] < 0:
            raise CommandError("--keep must be zero or more.")
        try:
            made = back_up(options["folder"], now=timezone.now())
        except CannotBackUp as problem:
            raise CommandError(f"No copy was made. {problem}") from None
        self.stdout.write(f"{made['path']}: {made['rows']['petitions_petition']} petitions")
        if options["keep"]:
            for path in clear_away(options["folder"], options["keep"]):
                self.stdout.write(f"removed {path}")
