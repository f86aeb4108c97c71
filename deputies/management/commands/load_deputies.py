"""`manage.py load_deputies FILE`: deputies from a CSV or XLSX file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from deputies.loader import SHEET, CannotLoadDeputies, load_deputies


class Command(BaseCommand):
    help = (
        "Loads deputies from a CSV (UTF-8 or GB18030) or XLSX file. All or nothing; every bad row is reported by line"
        " and column; running it again changes nothing. Exit code 1 when the file is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="the file")
        parser.add_argument("--dry-run", action="store_true", help="check and count, then undo")
        parser.add_argument("--columns", action="store_true", help="print the columns and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["columns"] or options["file"] is None:
            self.stdout.write(", ".join(f"{c.name}*" if c.required else c.name for c in SHEET.columns))
            return
        try:
            loaded = load_deputies(file=options["file"], dry_run=options["dry_run"])
        except CannotLoadDeputies as refusal:
            for problem in refusal.problems:
                self.stderr.write(str(problem))
            self.stderr.write(str(refusal))
            sys.exit(1)
        self.stdout.write(
            f"{len(loaded.created)} created, {len(loaded.updated)} updated, {len(loaded.unchanged)} unchanged"
        )
