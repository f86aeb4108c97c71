"""`manage.py replay_events FILE.csv`: a city's recorded cases through the portal's own actions."""

import json
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from liaison.replay import BadRecords, Replay, read
from liaison.scratch import scratch_database


class Command(BaseCommand):
    help = (
        "Submits each record in time order, lets the router choose, closes it with the recorded unit; in a database "
        "of its own that is dropped afterwards. The last line of output is JSON."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--limit", type=int, help="only the first N records")
        parser.add_argument("--json", action="store_true", help="nothing but the JSON line")
        parser.add_argument(
            "--directory",
            type=Path,
            default=Path(settings.BASE_DIR, "directory", "demo"),
            help="master data to load first (default: the demo district)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit takes a whole number from 1.")
        try:
            records = read(options["file"], options["limit"])
        except BadRecords as error:
            raise CommandError(str(error)) from None
        with scratch_database("replay"):
            call_command("load_directory", str(options["directory"]), verbosity=0, stdout=StringIO())
            replay = Replay()
            for tally in replay.run(records):
                if not options["json"] and tally.events % 500 == 0:
                    self.stdout.write(f"{tally.events} of {len(records)} …")
            self.stdout.write(json.dumps(replay.tally.figures()))
