"""`manage.py evaluate_router`: how good would the router be on one's own hotline's history? Needs no database."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from dispatch.router.evaluation import evaluate
from dispatch.router.tables import BadTable, read_examples
from dispatch.router.textmodel import CannotTrain


class Command(BaseCommand):
    """Trains on one file and asks about another."""

    help = "Train the router on one CSV file, test it on another and print the figures. Needs no database."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what issue 8 promises."""
        parser.add_argument("--train", required=True, metavar="A.csv")
        parser.add_argument("--test", required=True, metavar="B.csv")
        parser.add_argument("--text", default="", metavar="COLUMNS", help="title,body or one column of text")
        parser.add_argument("--label", required=True, metavar="COLUMN")
        parser.add_argument("--fields", default="", metavar="COLUMNS", help="structured columns")
        parser.add_argument("--time", default="", metavar="COLUMN", help="test-then-train in the order of this column")
        parser.add_argument("--refit", type=int, default=0, metavar="N", help="fit the text anew every N rows")
        parser.add_argument("--json", action="store_true", help="the last line is JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, fit, ask, print."""
        text, fields = columns(options["text"]), columns(options["fields"])
        if not text and not fields:
            raise CommandError(gettext("Name what to learn from: --text, --fields or both."))
        if options["refit"] < 0:
            raise CommandError(gettext("--refit must be zero or more."))
        shape = {"text": text, "label": options["label"], "fields": fields, "time": options["time"]}
        try:
            train, test = read_examples(options["train"], **shape), read_examples(options["test"], **shape)
            figures = evaluate(
                train,
                test,
                use_text=bool(text),
                fields=fields,
                in_time_order=bool(options["time"]),
                refit=options["refit"],
            ).as_dict()
        except (BadTable, CannotTrain) as problem:
            raise CommandError(str(problem)) from problem
        if options["json"]:
            self.stdout.write(json.dumps(figures))
        else:
            for name, value in figures.items():
                self.stdout.write(f"{name:30} {value}")


def columns(value: str) -> list[str]:
    """The names in a comma-separated option."""
    return [name.strip() for name in value.split(",") if name.strip()]
