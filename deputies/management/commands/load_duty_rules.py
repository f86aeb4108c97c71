"""`manage.py load_duty_rules`: scoring rules, rhythms and limits, where none are yet."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from deputies.actions import load_rules
from deputies.actions.rules import DEFAULTS


class Command(BaseCommand):
    help = "Enters the default scoring rules (Pingshan), the rhythms (Daxing) and the limits; keeps what is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=DEFAULTS, help="a JSON file of the same shape")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_rules(file=options['file'])} new")
