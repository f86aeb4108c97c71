"""Duty points of one simulated year for 2,673 deputies, accumulated as it happens, then recomputed from the journal.

`python -m bench.duty [--deputies N]`: prints one line of JSON; exit code 1 where the points differ or it takes longer
than 60 s. On a database of its own, removed afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from datetime import datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.db.models import Sum  # noqa: E402

from deputies.actions import Worth, add_rule, file_facts, load_rules  # noqa: E402
from deputies.models import Deputy, DutyRecord, DutyTotal  # noqa: E402
from deputies.recompute import compare  # noqa: E402
from directory.calendar import SHANGHAI  # noqa: E402
from directory.models import Area  # noqa: E402
from journal.actions import write_many  # noqa: E402
from journal.models import ActorKind, Entry, Visibility  # noqa: E402
from liaison.scratch import scratch_database  # noqa: E402

NEW_YEAR = datetime(2026, 1, 1, 9, tzinfo=SHANGHAI)
WITHIN_SECONDS = 60
# (matter type, action, how many of them a deputy takes part in, how many deputies each has, with an item?)
YEAR = [
    ("reception", "held", 12, 3, ""),
    ("visit", "logged", 6, 1, ""),
    ("petition", "submit", 2, 1, ""),
    ("petition", "claim", 3, 1, ""),
    ("petition", "urge", 2, 1, ""),
    ("petition", "evaluate", 2, 1, ""),
    ("duty_entry", "verified", 3, 1, "inspection"),
    ("duty_entry", "verified", 3, 1, "training"),
    ("duty_entry", "verified", 2, 1, "deliberation"),
    ("duty_entry", "verified", 1, 1, "absence"),
]


def entries(deputies: list[int], chance: random.Random) -> list[Entry]:
    """The year's facts of duty, in the order of time."""
    made = []
    for kind, action, each, together, item in YEAR:
        for _time in range(each):
            order = chance.sample(deputies, len(deputies))
            for first in range(0, len(order), together):
                at = NEW_YEAR + timedelta(minutes=chance.randrange(365 * 24 * 60))
                data = {"deputies": order[first : first + together], "station": chance.randrange(1, 24)}
                if item:
                    data |= {"item": item, "on": str(at.date()), "quantity": chance.choice([1, 2])}
                made.append(
                    Entry(
                        matter_type=kind,
                        matter_id=len(made) + 1,
                        action=action,
                        at=at,
                        actor_kind=ActorKind.SYSTEM,
                        data=data,
                        visibility=Visibility.STAFF,
                    )
                )
    return sorted(made, key=lambda entry: entry.at)


def run(count: int) -> dict[str, object]:
    """Simulate, accumulate, recompute; return the figures."""
    load_rules()
    area = Area.objects.create(code="440310", name="区", level="district", path="440310.")
    Deputy.objects.bulk_create(
        Deputy(code=f"D{number:05}", name=f"代表{number}", level="county", term=7, area=area) for number in range(count)
    )
    year = entries(list(Deputy.objects.values_list("pk", flat=True)), random.Random(7))
    half = len(year) // 2
    began = time.perf_counter()
    for part, rows in enumerate((year[:half], year[half:])):
        for start in range(0, len(rows), 2000):
            with transaction.atomic():
                write_many(rows[start : start + 2000])
            while file_facts(now=NEW_YEAR, limit=2000):
                pass
        if part == 0:  # the rule changes in the middle of the year
            last = DutyRecord.objects.filter(item="reception").order_by("-on").values_list("on", flat=True)[0]
            worth = Worth("reception", "接待选民", "basics", 4, cap=24, facts=["reception.held"])
            add_rule(worth=worth, valid_from=last + timedelta(days=1))
            while file_facts(now=NEW_YEAR, limit=2000):
                pass
    accumulated = time.perf_counter() - began
    began = time.perf_counter()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = compare()
    return {
        "deputies": count,
        "journal rows": found.entries,
        "duty records": found.records,
        "points": DutyTotal.objects.aggregate(all=Sum("points"))["all"],
        "accumulated in s": round(accumulated, 1),
        "recomputed in s": round(time.perf_counter() - began, 1),
        "equal": not found.any and not found.waiting,
        "records that differ": len(found.missing | found.unfounded | found.other),
        "totals that differ": len(found.totals),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deputies", type=int, default=2673)
    asked = parser.parse_args()
    with scratch_database("bench_duty"):
        figures = run(asked.deputies)
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if figures["equal"] and float(str(figures["recomputed in s"])) <= WITHIN_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
