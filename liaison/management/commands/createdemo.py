"""Demo accounts for every role, with the stations and deputies they belong to."""

from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.nudge import hushed
from deputies.actions import file_facts, tell
from liaison import demo_accounts, demo_duty, demo_reports
from liaison.demo_year import year
from petitions.actions import learning
from petitions.actions import placing as keeping
from petitions.learning import placing
from stations.models import Standard

PLACING_SECONDS = 60


class Command(BaseCommand):
    """`manage.py createdemo`"""

    help = (
        "Creates invented accounts for every role, one station a community, 260 deputies with their duty entries, "
        "and writes the accounts with password and second factor to a file only you can read; with --year also what "
        "happened in a year. Running it again keeps everything. Load the demo district first: manage.py "
        "load_directory directory/demo. Never on ENVIRONMENT=production."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = settings.BASE_DIR / "var" / "demo-accounts.json"
        parser.add_argument("--file", type=Path, default=default, help="where to keep the accounts")
        sizes = "a year of receptions, visits, appointments and matters, once: full, small (for screenshots) or none"
        parser.add_argument("--year", choices=[*year.SIZES, "none"], default="none", help=sizes)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ENVIRONMENT == "production":
            raise CommandError("Demo accounts are not created on ENVIRONMENT=production.")
        try:
            accounts = demo_accounts.create(file=options["file"], now=timezone.now())
            with hushed():  # thousands of entries, a year old: taken into the files here, not by a message for each
                demo_duty.create(now=timezone.now())
                while file_facts(now=timezone.now()):
                    pass
                while tell(now=timezone.now()):
                    pass
        except ValueError as error:
            raise CommandError(str(error)) from None
        if not Standard.objects.exists():
            call_command("load_standards", stdout=self.stdout)
        self.stdout.write(f"{len(accounts)} demo accounts, kept in {options['file']}")
        if options["year"] != "none":
            told = year.live(now=timezone.now(), size=year.SIZES[options["year"]])
            self.stdout.write(", ".join(f"{count} {what}" for what, count in sorted(told.items())) or "a year is there")
            demo_reports.create(now=timezone.now())  # after the year: it is entered into an empty house
            _learn()


def _learn() -> None:
    """What the nights of that year would have done: the router has learned, petitions on one matter stand together."""
    now = timezone.now()
    for found in placing.waiting(now, seconds=PLACING_SECONDS):
        keeping.place(found=found, now=now)
    keeping.keep_topics(now=now)
    with suppress(learning.CannotTrainRouter):  # a small year closes too few matters
        learning.train_router(now=now)
    learning.keep_report(now=now)
