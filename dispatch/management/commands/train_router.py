"""`manage.py train_router --file`: fit a model from somebody's own file and keep it."""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from dispatch.management.commands.evaluate_router import columns
from dispatch.router.evaluation import peak_mb
from dispatch.router.filemodel import train_file
from dispatch.router.tables import BadTable
from dispatch.router.textmodel import CannotTrain


class Command(BaseCommand):
    """Trains from a CSV file; from the database when `--file` is left out (see `from_database`)."""

    help = "Fit the router from a CSV file of handled matters and write a versioned model file."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what issue 8 promises."""
        parser.add_argument("--file", default="", metavar="A.csv")
        parser.add_argument("--text", default="", metavar="COLUMNS", help="title,body or one column of text")
        parser.add_argument("--label", default="", metavar="COLUMN")
        parser.add_argument("--fields", default="", metavar="COLUMNS", help="structured columns")
        parser.add_argument("--time", default="", metavar="COLUMN", help="when the matter was opened")
        parser.add_argument("--model", default="", metavar="PATH", help="the model file to write")
        parser.add_argument("--json", action="store_true", help="the last line is JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fit and save."""
        if not options["file"]:
            self.from_database(options)
            return
        missing = [name for name in ("label", "model") if not options[name]]
        if missing or not (options["text"] or options["fields"]):
            raise CommandError(gettext("With --file, name --label, --model and what to learn from (--text, --fields)."))
        started = time.perf_counter()
        try:
            manifest = train_file(
                options["file"],
                options["model"],
                text=columns(options["text"]),
                label=options["label"],
                fields=columns(options["fields"]),
                time=options["time"],
            )
        except (BadTable, CannotTrain) as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(
                gettext("The model file %(path)s cannot be written: %(reason)s.")
                % {"path": options["model"], "reason": problem.strerror}
            ) from problem
        told = {**manifest, "model": options["model"], "fit_seconds": round(time.perf_counter() - started, 2)}
        told["peak_mb"] = peak_mb()
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            for name, value in told.items():
                self.stdout.write(f"{name:20} {value}")

    def from_database(self, options: dict[str, Any]) -> None:
        """Train from closed matters in the database."""
        raise CommandError(gettext("Name a file of handled matters: --file."))
