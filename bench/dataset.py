"""Petitions by the million: contacts, consents, petitions, orders, replies, evaluations, router's views, journal.

Up to a hundred thousand, rows are written by COPY from two processes; a larger set is made of that many by the
database itself, each row several times under other numbers, references and times (bench/multiplied.py).
Triggers and foreign keys are off while loading
(`session_replication_role = replica`), so that the outbox stays empty; each journal row carries the digest that
the trigger would have given it (`manage.py verify_journal` finds the chains whole). Every fifth petition is open.
"""

from __future__ import annotations

import os
import random
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, connections
from django.utils.timezone import localtime

from accounts import crypto
from accounts.models import PHONE_PURPOSE, User
from accounts.queries import consent_texts
from bench.case import Case
from bench.multiplied import multiply
from bench.tables import FIRST, TABLES, copy_text
from bench.words import Writer
from deputies.models import Deputy
from directory import queries
from directory.models import Area, Category, Membership
from liaison.processes import end_with_parent
from stations.models import Station

CHUNK = 5000
WRITTEN = 100_000  # rows made in Python; more are made of these
PEOPLE = 20_000
HORIZON = timedelta(days=730)
# Where a petition is, and how often: four of five have ended.
ENDED = ("archived",) * 66 + ("concluded",) * 6 + ("declined",) * 5 + ("withdrawn",) * 3
OPEN = (
    ("submitted",) * 2 + ("registered",) * 3 + ("assigned",) * 4 + ("in_progress",) * 6 + ("replied",) * 2
    + ("awaiting_evaluation",) * 2 + ("rework",) * 1
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A community with its station and deputy."""

    area: Area
    station: int | None
    deputy: int | None


def load(size: int, *, seed: int = 7, processes: int = 2) -> dict[str, float]:
    """Fill the database with `size` petitions; return the seconds that each step took."""
    took: dict[str, float] = {}
    started = time.monotonic()
    times = max(1, size // WRITTEN)
    size = size // times
    with connection.cursor() as cursor:
        indexes = _drop_indexes(cursor)
    ranges = [(start, min(start + CHUNK, size), size, seed) for start in range(0, size, CHUNK)]
    connections.close_all()
    with ProcessPoolExecutor(processes, initializer=end_with_parent, initargs=(os.getpid(),)) as pool:
        for _done in pool.map(_load_chunk, ranges):
            pass
    took["copy"] = time.monotonic() - started
    started = time.monotonic()
    if times > 1:
        multiply(size, times)
        took["multiply"] = time.monotonic() - started
        started = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for statement in indexes:
            cursor.execute(statement)
        took["indexes"] = time.monotonic() - started
        for table, columns in TABLES.items():
            if columns[0] == "id":
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")
    return took


def _drop_indexes(cursor: Any) -> list[str]:
    """Drop the indexes that are no constraint's; return the statements that make them again."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = 'public' AND tablename = ANY(%s)"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = i.indexname)",
        [list(TABLES)],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def _load_chunk(work: tuple[int, int, int, int]) -> None:
    """Write one chunk, in a transaction of its own."""
    start, end, size, seed = work
    maker = _maker(size, seed)
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    maker.begin(start)
    for number in range(start, end):
        maker.add(number, rows)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL synchronous_commit = off")
        for table, columns in TABLES.items():
            listed = ", ".join(columns)
            cursor.cursor.copy_expert(f"COPY {table} ({listed}) FROM STDIN", copy_text(rows[table]))
        cursor.execute("COMMIT")


_kept: dict[tuple[int, int], Maker] = {}


def _maker(size: int, seed: int) -> Maker:
    if (size, seed) not in _kept:
        _kept[size, seed] = Maker(size, seed)
    return _kept[size, seed]


class Maker:
    """Makes rows. The same seed makes the same rows, whichever process makes which chunk."""

    def __init__(self, size: int, seed: int) -> None:
        self.size, self.seed = size, seed
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.midnight = localtime(self.now).replace(hour=0, minute=0, second=0)
        self.version = consent_texts().version
        self.places = _places()
        self.categories = [c for c in Category.objects.order_by("pk") if c.path.count(".") >= 3]
        self.leads: dict[tuple[str, str], Any] = {}
        self.members = _members()
        self.dispatcher = User.objects.get(username="dispatcher").pk
        self.people = _people(seed)
        self.writer = Writer(seed)

    def begin(self, start: int) -> None:
        """Start a chunk: what follows depends on the seed and on `start` alone."""
        self.rng = self.writer.rng = random.Random(self.seed * 1_000_003 + start)

    def add(self, number: int, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        """Append the rows of one petition."""
        rng, pk = self.rng, FIRST + number
        ended = rng.random() < 0.8
        state = rng.choice(ENDED if ended else OPEN)
        # In the order of their numbers; open ones are at the end of the time with some stragglers.
        submitted = self.now - HORIZON + HORIZON * (number / self.size)
        submitted = submitted.replace(microsecond=0)
        place = self.places[min(int(rng.expovariate(0.12)), len(self.places) - 1)]
        category = self.categories[int(len(self.categories) * rng.random() ** 2)]
        restricted = state in ("registered", "declined") and rng.random() < 0.08
        lead = None if state in ("submitted", "registered", "declined", "withdrawn") else self._lead(category, place)
        case = Case(self, pk, number, state, submitted, place, category, restricted, lead)
        case.write(rows)

    def _lead(self, category: Category, place: Place) -> Any:
        key = (category.code, place.area.code)
        if key not in self.leads:
            found = queries.responsible(category, place.area, self.now.date())
            fallback = self.places[0]
            self.leads[key] = found[0].lead if found else queries.responsible(
                self.categories[0], fallback.area, self.now.date()
            )[0].lead  # fmt: skip
        return self.leads[key]


def _places() -> list[Place]:
    stations = {area: pk for pk, area in Station.objects.values_list("pk", "area_id")}
    deputies = {area: pk for pk, area in Deputy.objects.values_list("pk", "area_id")}
    communities = Area.objects.filter(level=Area.Level.COMMUNITY).order_by("code")
    return [Place(area, stations.get(area.pk), deputies.get(area.pk)) for area in communities]


def _members() -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for department, user, role in Membership.objects.values_list("department_id", "user_id", "role"):
        found.setdefault(department, {})[role] = user
    return found


def _people(seed: int) -> list[tuple[str, str, str]]:
    """Residents, some of whom write often: encrypted name and number, and the number's blind index."""
    writer = Writer(seed + 1, pool=1)
    people = []
    for number in range(PEOPLE):
        phone = f"199{number:08d}"
        index = crypto.blind_index(phone, purpose=PHONE_PURPOSE)
        people.append((crypto.encrypt(writer.name()), crypto.encrypt(phone), index))
    return people
