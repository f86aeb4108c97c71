"""`manage.py train_router`: fit the router from closed matters in the database, or from somebody's own file."""

from __future__ import annotations

import json
import shutil
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext

from dispatch import versions
from dispatch.management.commands.evaluate_router import columns
from dispatch.router.evaluation import peak_mb
from dispatch.router.filemodel import train_file
from dispatch.router.tables import BadTable
from dispatch.router.textmodel import CannotTrain
from petitions.actions import learning


class Command(BaseCommand):
    """Trains from a CSV file; from the database when `--file` is left out."""

    help = (
        "Fit the router from closed matters in the database, judge it on the latest weeks and put it into use when it "
        "is better; or, with --file, from a CSV file of handled matters into a model file of one's own."
    )
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
        """Do at once what the portal does every night; `--model` gets a copy of the file."""
        started = time.perf_counter()
        try:
            trained = learning.train_router(now=timezone.now())
            learning.keep_report(now=timezone.now())
            if options["model"]:
                shutil.copyfile(versions.path_of(trained.version.file), options["model"])
        except learning.CannotTrainRouter as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as problem:
            raise CommandError(gettext("The model file cannot be written: %s.") % problem.strerror) from problem
        told = {
            "version": trained.version.version,
            "file": trained.version.file,
            "closings": trained.version.closings,
            "promoted": trained.promoted,
            "judged": trained.judged.as_dict(),
            "before": trained.before.as_dict(),
            "fit_seconds": round(time.perf_counter() - started, 2),
            "peak_mb": peak_mb(),
        }
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            for name, value in told.items():
                self.stdout.write(f"{name:20} {value}")
