"""`manage.py recompute_points`: the duty points once more from the journal."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from deputies.actions import file_facts
from deputies.actions.records import mend
from deputies.recompute import compare


class Command(BaseCommand):
    help = (
        "Recomputes every duty record and every year's points from the journal and the rules, and compares. With"
        " --check nothing is changed, and the exit code is 1 where something differs; without, missing records are"
        " filed and wrong totals reckoned anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare only")

    def handle(self, *args: Any, **options: Any) -> None:
        while file_facts(now=timezone.now()):
            pass
        started, nested = time.monotonic(), connection.in_atomic_block  # a test's own transaction stays as it is
        with transaction.atomic():
            if not nested:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            found = compare()
        self.stdout.write(
            f"{found.entries} journal rows, {found.records} duty records, {found.waiting} waiting;"
            f" recomputed in {time.monotonic() - started:.1f} s."
        )
        self.stdout.write(
            f"missing {len(found.missing)}, unfounded {len(found.unfounded)}, other {len(found.other)},"
            f" totals that differ {len(found.totals)}"
        )
        if not found.any:
            self.stdout.write("Equal.")
        elif options["check"]:
            sys.exit(1)
        else:
            mend(found=found, now=timezone.now())
            self.stdout.write(
                "Filed what was missing, reckoned the totals anew; unfounded records are left to a person."
            )
