"""`manage.py find_duplicates FILE.csv`: pairs of messages that are probably one matter. Needs no database."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from dispatch.management.commands.evaluate_router import columns
from dispatch.router.duplicates import LIKELY, Message, pairs
from dispatch.router.tables import BadTable, parse_day, read_rows, title_and_body


class Command(BaseCommand):
    """Compares every message with those before it."""

    help = "Find near-duplicates in a CSV file of messages. Needs no database."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what issue 8 promises."""
        parser.add_argument("file", metavar="FILE.csv")
        parser.add_argument("--id", required=True, metavar="COLUMN")
        parser.add_argument("--text", required=True, metavar="COLUMNS", help="title,body or one column of text")
        parser.add_argument("--time", default="", metavar="COLUMN")
        parser.add_argument("--area", default="", metavar="COLUMN")
        parser.add_argument("--person", default="", metavar="COLUMN")
        parser.add_argument("--least", type=float, default=LIKELY, metavar="SCORE", help="from 0 to 1")
        parser.add_argument("--json", action="store_true", help="the last line is JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, compare, print."""
        text = columns(options["text"])
        if not text or not 0 < options["least"] <= 1:
            raise CommandError(gettext("--text must name a column and --least lie between 0 and 1."))
        also = {name: options[name] for name in ("time", "area", "person") if options[name]}
        try:
            rows = read_rows(options["file"], [options["id"], *text, *also.values()])
        except BadTable as problem:
            raise CommandError(str(problem)) from problem
        messages = [
            Message(
                row.values[options["id"]],
                *title_and_body(row.values, text),
                day=parse_day(row.values[also["time"]]) if "time" in also else None,
                area=row.values[also["area"]] if "area" in also else "",
                person=row.values[also["person"]] if "person" in also else "",
            )
            for row in rows
        ]
        found = [
            {"a": a, "b": b, "score": match.score, "cosine": match.cosine, "same_person": match.same_person}
            for a, b, match in pairs(messages, options["least"])
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"messages": len(messages), "pairs": found}, ensure_ascii=False))
        else:
            for pair in found:
                self.stdout.write(f"{pair['score']:.3f} {pair['a']} {pair['b']}")
