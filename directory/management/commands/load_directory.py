"""`manage.py load_directory FOLDER`: master data from CSV or XLSX files."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from directory.actions import CannotLoadDirectory, load_directory
from directory.loader.columns import SHEETS
from directory.loader.write import Tally


class Command(BaseCommand):
    help = (
        "Load areas, departments, categories, responsibilities, service_levels and calendar from a folder of"
        " CSV (UTF-8 or GB18030) or XLSX files. All or nothing; every bad row is reported; running it again"
        " changes nothing. Exit code 1 when the files are refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder with the files")
        parser.add_argument("--dry-run", action="store_true", help="check and count, then undo")
        parser.add_argument("--json", action="store_true", help="print the outcome as one line of JSON")
        parser.add_argument("--columns", action="store_true", help="print each file's columns and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["columns"]:
            self._print_columns()
            return
        try:
            tallies = load_directory(folder=options["folder"], dry_run=options["dry_run"])
        except CannotLoadDirectory as refusal:
            self._print_refusal(refusal, options["json"])
            sys.exit(1)
        self._print_tallies(tallies, options)

    def _print_columns(self) -> None:
        for sheet in SHEETS:
            marked = [f"{column.name}*" if column.required else column.name for column in sheet.columns]
            self.stdout.write(f"{sheet.name}: {', '.join(marked)}")

    def _print_refusal(self, refusal: CannotLoadDirectory, as_json: bool) -> None:
        if as_json:
            problems = [problem.as_dict() for problem in refusal.problems]
            self.stdout.write(json.dumps({"loaded": False, "problems": problems}, ensure_ascii=False))
            return
        for problem in refusal.problems:
            self.stderr.write(str(problem))
        self.stderr.write(str(refusal))

    def _print_tallies(self, tallies: dict[str, Tally], options: dict[str, Any]) -> None:
        changed = any(tally.created or tally.updated for tally in tallies.values())
        if options["json"]:
            files = {name: asdict(tally) for name, tally in tallies.items()}
            outcome = {"loaded": not options["dry_run"], "changed": changed, "files": files}
            self.stdout.write(json.dumps(outcome, ensure_ascii=False))
            return
        for name, tally in tallies.items():
            line = _("%(file)s: %(created)d created, %(updated)d updated, %(unchanged)d unchanged.")
            self.stdout.write(line % {"file": name, **asdict(tally)})
        if not changed:
            self.stdout.write(_("Nothing changed: the directory is as the files say."))
        elif options["dry_run"]:
            self.stdout.write(_("This was a dry run: nothing was kept."))
