"""`manage.py load_standards [FOLDER]`: standards and yearly quotas of stations from standards.csv and quotas.csv."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from stations.actions.standards import load_standards

DEMO = Path(settings.BASE_DIR, "stations", "demo")


class Command(BaseCommand):
    """Loads the two files; what they do not name stays as it is."""

    help = "Loads standards and yearly quotas of stations from a folder with standards.csv and quotas.csv."

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder; without one, the demo's."""
        parser.add_argument("folder", nargs="?", default=str(DEMO), type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say how many rows there are."""
        folder = Path(options["folder"])
        standards, quotas = (self._rows(folder / f"{name}.csv") for name in ("standards", "quotas"))
        load_standards(standards=standards, quotas=quotas)
        self.stdout.write(f"{len(standards)} standards, {len(quotas)} quotas")

    def _rows(self, file: Path) -> list[dict[str, str]]:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.DictReader(lines))
