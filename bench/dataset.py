"""Petitions by the million: contacts, consents, petitions, orders, replies, evaluations, router's views, journal.

Up to a hundred thousand, rows are written by COPY from two processes; a larger set is made of that many by the
database itself, each row several times under other numbers, references and times (`_multiply`).
Triggers and foreign keys are off while loading
(`session_replication_role = replica`), so that the outbox stays empty; each journal row carries the digest that
the trigger would have given it (`manage.py verify_journal` finds the chains whole). Every fifth petition is open.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import StringIO
from typing import Any

from django.db import connection, connections
from django.utils.timezone import localtime
from stdnum import luhn

from accounts import crypto
from accounts.models import PHONE_PURPOSE, User
from accounts.queries import consent_texts
from bench.words import Writer
from deputies.models import Deputy
from directory import queries
from directory.models import Area, Category, Membership
from journal.models import DIGEST_SQL
from liaison.processes import end_with_parent
from petitions.references import ALPHABET, LENGTH
from stations.models import Station

CHUNK = 5000
WRITTEN = 100_000  # rows made in Python; more are made of these
PEOPLE = 20_000
HORIZON = timedelta(days=730)
TABLES: dict[str, tuple[str, ...]] = {
    "accounts_contact": ("id", "name", "phone", "phone_index", "language", "created_at"),
    "accounts_consent": ("id", "contact_id", "kind", "version", "given", "at"),
    "petitions_petition": (
        "id", "alert_at", "alerts_given", "reference", "state", "state_since", "kind", "urgency", "channel",
        "restricted", "title", "text", "address", "latitude", "longitude", "category_id", "area_id", "station_id",
        "deputy_id", "contact_id", "submitted_at", "registered_at", "routed_at", "replied_at", "ended_at", "due_at",
        "lead_unit_id", "decline_reason", "decline_channel", "failures", "result", "supervised_at", "publication",
        "public_title", "public_text", "published_at", "intake_digest", "search",
    ),
    "petitions_routing": ("petition_id", "at", "version", "categories", "departments", "assigned"),
    "dispatch_workorder": (
        "id", "alert_at", "alerts_given", "matter_type", "matter_id", "reference", "title", "area_id",
        "department_id", "kind", "round", "state", "service", "urgency", "handler_id", "is_final", "assigned_at",
        "sign_due_at", "contact_due_at", "return_until", "internal_due_at", "signed_at", "contacted_at",
        "replied_at", "closed_at", "urged_count", "escalation",
    ),
    "dispatch_reply": (
        "id", "order_id", "state", "text", "result_class", "drafted_by_id", "drafted_at", "signed_by_id", "signed_at",
    ),
    "dispatch_request": (
        "id", "order_id", "kind", "state", "reason", "working_days", "asked_by_id", "asked_at", "rule_due_at", "ruling",
    ),
    "petitions_evaluation": ("id", "petition_id", "round", "process", "result", "comment", "at"),
    "journal_entry": (
        "id", "matter_type", "matter_id", "action", "at", "actor_id", "actor_kind", "from_state", "to_state",
        "note", "data", "visibility", "digest",
    ),
}  # fmt: skip
# Where a petition is, and how often: four of five have ended.
ENDED = ("archived",) * 66 + ("concluded",) * 6 + ("declined",) * 5 + ("withdrawn",) * 3
OPEN = (
    ("submitted",) * 2 + ("registered",) * 3 + ("assigned",) * 4 + ("in_progress",) * 6 + ("replied",) * 2
    + ("awaiting_evaluation",) * 2 + ("rework",) * 1
)  # fmt: skip
CHANNELS = ("web",) * 5 + ("api", "qr", "station", "station", "phone", "deputy")
ENTRIES_EACH = 12  # numbers set aside for a petition's journal rows
FIRST = 1_000_000  # numbers below are left to whatever the demo made


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
        _multiply(size, times)
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
            cursor.cursor.copy_expert(f"COPY {table} ({listed}) FROM STDIN", _copy_text(rows[table]))
        cursor.execute("COMMIT")


# How each number of a row follows from its petition's new one, {pk}; columns not named are taken over as they are.
NUMBERS: dict[str, dict[str, str]] = {
    "accounts_contact": {"id": "{pk}"},
    "accounts_consent": {"id": "{pk} * 3 + s.id % 3", "contact_id": "{pk}"},
    "petitions_petition": {
        "id": "{pk}", "contact_id": "{pk}", "reference": "r.reference",
        "submitted_at": "s.submitted_at + make_interval(secs => k)",
        "search": "ts_delete(s.search, lower(s.reference)) || array_to_tsvector(ARRAY[lower(r.reference)])",
    },
    "petitions_routing": {"petition_id": "{pk}"},
    "dispatch_workorder": {"id": "{pk} * 2", "matter_id": "{pk}", "reference": "r.reference", "title": "r.reference"},
    "dispatch_reply": {"id": "{pk} * 2", "order_id": "{pk} * 2"},
    "dispatch_request": {"id": "{pk} * 2", "order_id": "{pk} * 2"},
    "petitions_evaluation": {"id": "{pk}", "petition_id": "{pk}"},
    "journal_entry": {
        "id": "{pk} * 12 + s.id % 12", "matter_id": "{pk}",
        "data": "CASE WHEN s.data ? 'order' THEN jsonb_set(s.data, '{{order}}', to_jsonb({pk} * 2))"
        " WHEN s.data ? 'replies' THEN jsonb_build_object('replies', jsonb_build_array({pk} * 2)) ELSE s.data END",
    },
}  # fmt: skip
# The petition that a row of the source belongs to.
OWNER = {
    "accounts_contact": "s.id", "accounts_consent": "s.contact_id", "petitions_petition": "s.id",
    "petitions_routing": "s.petition_id", "dispatch_workorder": "s.matter_id", "dispatch_reply": "s.id / 2",
    "dispatch_request": "s.id / 2", "petitions_evaluation": "s.id", "journal_entry": "s.matter_id",
}  # fmt: skip


def _multiply(size: int, times: int) -> None:
    """Replace each petition by `times` of them, with all that hangs on it; the journal's chains are made anew."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("CREATE TEMP TABLE numbered (pk bigint PRIMARY KEY, reference text)")
        rows = ((FIRST + number, reference(number)) for number in range(size * times))
        cursor.cursor.copy_expert("COPY numbered FROM STDIN", _copy_text(rows))
        for table in TABLES:
            cursor.execute(f"CREATE TEMP TABLE source_{table} AS TABLE {table}")
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        for table, columns in TABLES.items():
            if table == "journal_entry":
                _multiply_journal(cursor, times)
            else:
                _insert(cursor, table, columns, times)
            cursor.execute(f"DROP TABLE source_{table}")
        cursor.execute("SET session_replication_role = DEFAULT")


def _new(table: str, times: int) -> str:
    return f"({FIRST} + ({OWNER[table]} - {FIRST}) * {times} + k)"


def _insert(cursor: Any, table: str, columns: Sequence[str], times: int) -> None:
    """All but the journal: each row as it is, with its own numbers."""
    new = _new(table, times)
    values = [NUMBERS[table].get(name, f"s.{name}").format(pk=new) for name in columns]
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM source_{table} s CROSS JOIN generate_series(0, {times - 1}) k"
        f" JOIN numbered r ON r.pk = {new} ORDER BY {new}"
    )


def _multiply_journal(cursor: Any, times: int) -> None:
    """Step by step, for each row's digest follows from that of the one before."""
    new, columns = _new("journal_entry", times), TABLES["journal_entry"][:-1]
    values = [NUMBERS["journal_entry"].get(name, f"s.{name}").format(pk=new) for name in columns]
    cursor.execute("SELECT max(id % 12) FROM source_journal_entry")
    for step in range(cursor.fetchone()[0] + 1):
        before = "p.digest" if step else "''"
        join = "JOIN journal_entry p ON p.id = e.id - 1" if step else ""
        cursor.execute(
            f"INSERT INTO journal_entry ({', '.join(columns)}, digest)"
            f" SELECT e.*, {DIGEST_SQL.format(previous=before, row='e')}"
            f" FROM (SELECT {', '.join(f'{v} AS {c}' for v, c in zip(values, columns, strict=True))}"
            f" FROM source_journal_entry s CROSS JOIN generate_series(0, {times - 1}) k"
            f" WHERE s.id % 12 = {step}) e {join}"
        )
        cursor.execute("ANALYZE journal_entry")


_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def _copy_text(rows: Iterable[Sequence[Any]]) -> StringIO:
    return StringIO("".join("\t".join(map(_value, row)) + "\n" for row in rows))


def _value(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).translate(_ESCAPES)


_kept: dict[tuple[int, int], Maker] = {}


def _maker(size: int, seed: int) -> Maker:
    if (size, seed) not in _kept:
        _kept[size, seed] = Maker(size, seed)
    return _kept[size, seed]


def jsonb(value: Any) -> str:
    """Return a value as PostgreSQL writes jsonb out: shorter names first, a space after each sign."""
    if isinstance(value, dict):
        ordered = sorted(value.items(), key=lambda item: (len(item[0]), item[0]))
        return "{" + ", ".join([f'"{k}": {jsonb(v)}' for k, v in ordered]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(jsonb, value)) + "]"
    if isinstance(value, str):
        return f'"{value}"'  # codes and times: nothing in them to escape
    return json.dumps(value)


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


def reference(number: int) -> str:
    """Unique by construction: the number in the reference's own digits, then the check digit."""
    rest, body = number * 7_368_787 + 1, ""
    for _ in range(LENGTH - 1):
        rest, digit = divmod(rest, len(ALPHABET))
        body += ALPHABET[digit]
    return body + str(luhn.calc_check_digit(body, ALPHABET))


PATH: dict[str, tuple[str, ...]] = {
    "submitted": (),
    "registered": ("register",),
    "assigned": ("register", "assign"),
    "in_progress": ("register", "assign", "sign", "contact"),
    "replied": ("register", "assign", "sign", "contact", "reply"),
    "awaiting_evaluation": ("register", "assign", "sign", "contact", "reply", "approve_reply"),
    "rework": ("register", "assign", "sign", "contact", "reply", "approve_reply", "evaluate"),
    "concluded": ("register", "assign", "sign", "contact", "reply", "approve_reply", "evaluate"),
    "archived": ("register", "assign", "sign", "contact", "reply", "approve_reply", "evaluate", "archive"),
    "declined": ("register", "decline"),
    "withdrawn": ("register", "withdraw"),
}
LEADS_TO = {
    "register": "registered", "assign": "assigned", "sign": "in_progress", "reply": "replied",
    "approve_reply": "awaiting_evaluation", "archive": "archived", "decline": "declined", "withdraw": "withdrawn",
}  # fmt: skip
WHO = {"assign": "system", "register": "system", "sign": "handler", "contact": "handler", "reply": "head",
       "approve_reply": "officer", "decline": "dispatcher", "evaluate": "resident", "withdraw": "resident",
       "archive": "system"}  # fmt: skip


class Case:
    """One petition on its way into the tables."""

    def __init__(
        self, maker: Maker, pk: int, number: int, state: str, submitted: datetime, place: Place,
        category: Category, restricted: bool, lead: Any,
    ) -> None:  # fmt: skip
        self.maker, self.pk, self.number, self.state, self.submitted = maker, pk, number, state, submitted
        self.place, self.category, self.restricted, self.lead = place, category, restricted, lead
        self.rng = maker.rng
        self.order = pk * 2 if lead is not None else 0
        self.reference = reference(number)
        self.urgency = self.rng.choices(("ordinary", "urgent", "complex"), (90, 5, 5))[0]
        self.kind = "accusation" if restricted else self.rng.choice(("claim", "claim", "claim", "suggestion"))
        self.rating = self.rng.choices(("satisfied", "basically_satisfied", "dissatisfied"), (70, 22, 8))[0]
        self.times: dict[str, datetime] = {"submit": submitted}
        at = submitted
        for action in PATH[state]:
            at = at + timedelta(seconds=self.rng.randint(1, 3) * 3600 * (24 if action == "archive" else 6))
            self.times[action] = min(at, maker.now - timedelta(seconds=1))

    def write(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        """Append everything."""
        self._contact(rows)
        self._petition(rows)
        if self.lead is not None:
            self._order(rows)
        if self.state != "submitted":
            self._routing(rows)
        self._journal(rows["journal_entry"])

    def _contact(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        name, phone, index = self.maker.people[int(PEOPLE * self.rng.random() ** 1.5)]
        rows["accounts_contact"].append((self.pk, name, phone, index, "zh-hans", self.submitted))
        for offset, kind in enumerate(("processing", "sharing", "publication")):
            row = (self.pk * 3 + offset, self.pk, kind, self.maker.version, True, self.submitted)
            rows["accounts_consent"].append(row)

    def _petition(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        rng, now = self.rng, self.maker.now
        title, text, words = self.maker.writer.petition()
        words |= {self.reference.lower()}
        times, done = self.times, self.state in ("archived", "concluded", "declined", "withdrawn")
        due = None if done else self.maker.midnight + timedelta(days=rng.randint(-2, 10))  # where a limit ends
        published = done and self.state in ("archived", "concluded") and not self.restricted and rng.random() < 0.25
        publication = "published" if published else rng.choice(("private", "private", "consented"))
        if self.restricted or (done and publication == "consented" and rng.random() < 0.95):
            publication = "private"
        rows["petitions_petition"].append(
            (
                self.pk, None if done else now + timedelta(days=rng.randint(3, 30), seconds=self.number % 86400),
                "[]", self.reference, self.state, max(times.values()), self.kind, self.urgency, rng.choice(CHANNELS),
                self.restricted, title, text, f"{rng.choice('一二三四五')}栋{rng.randint(101, 2900)}",
                round(22.68 + rng.random() / 10, 6), round(114.3 + rng.random() / 10, 6), self.category.pk,
                self.place.area.pk, self.place.station, self.place.deputy if rng.random() < 0.05 else None, self.pk,
                self.submitted, times.get("register"), None if self.state == "submitted" else times["register"],
                times.get("reply"), max(times.values()) if done else None, due,
                self.lead.pk if self.lead is not None else None,
                "不属于受理范围" if self.state == "declined" else "", "人民法院" if self.state == "declined" else "",
                1 if self.state == "rework" else 0, self._result(),
                now if self.state == "in_progress" and rng.random() < 0.02 else None, publication,
                title if published else "", text[:300] if published else "", max(times.values()) if published else None,
                "", " ".join(f"'{word}'" for word in words),
            )
        )  # fmt: skip

    def _result(self) -> str:
        if "evaluate" not in self.times:
            return ""
        return "dissatisfied" if self.state == "rework" else self.rating

    def _order(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        rng, now, times = self.rng, self.maker.now, self.times
        at = times["assign"]
        state = {"assigned": "assigned", "in_progress": "signed", "rework": "signed"}.get(self.state, "replied")
        if state == "signed" and rng.random() < 0.06:
            state = rng.choice(("pending_ledger", "return_requested"))
        still = state != "replied"
        staff = self.maker.members.get(self.lead.pk, {})
        handler, head = staff.get("handler"), staff.get("head") or self.maker.dispatcher
        rows["dispatch_workorder"].append(
            (
                self.order, now + timedelta(days=rng.randint(3, 30), seconds=self.number % 86400) if still else None,
                "[]", "petition", self.pk, self.reference, self.reference, self.place.area.pk, self.lead.pk, "lead", 1,
                state, self.kind, self.urgency, handler, False, at, at + timedelta(days=1), at + timedelta(days=1),
                at + timedelta(days=2), self._midnight(max(at, now) if still else at),
                times.get("sign"), times.get("contact"), times.get("reply"), None, 0, 0,
            )
        )  # fmt: skip
        if state == "return_requested":
            row = (
                self.order, self.order, "return", "open", "不属于本单位职责", None, handler or head, now,
                now + timedelta(days=30), "",
            )  # fmt: skip
            rows["dispatch_request"].append(row)
        if "reply" in times:
            row = (
                self.order, self.order, "signed", self.maker.writer.reply(), "a", handler or head, times["reply"], head,
                times["reply"],
            )  # fmt: skip
            rows["dispatch_reply"].append(row)
        if "evaluate" in times:
            rows["petitions_evaluation"].append(
                (self.pk, self.pk, 1, self.rating, self._result(), "", times["evaluate"])
            )

    def _midnight(self, at: datetime) -> datetime:
        """Where the limit of seven days ends that began then."""
        return self.maker.midnight + timedelta(days=(at - self.maker.midnight).days + 7)

    def _routing(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        code = self.lead.code if self.lead is not None else self.place.area.code
        kinds, candidates = _views(self.category.code, self.place.area.code, code)
        rows["petitions_routing"].append((self.pk, self.times["register"], "rules-1", kinds, candidates, True))

    def _journal(self, rows: list[tuple[Any, ...]]) -> None:
        previous, before = "", ""
        staff = self.maker.members.get(self.lead.pk, {}) if self.lead is not None else {}
        for step, (action, at) in enumerate(self.times.items()):
            state = {"submit": "submitted", "evaluate": self._after_evaluation()}.get(action) or LEADS_TO.get(
                action, ""
            )
            kind = WHO.get(action, "resident")
            actor = staff.get(kind) if kind in ("handler", "head") else None
            data = jsonb(self._data(action))
            row = [
                self.pk * ENTRIES_EACH + step, "petition", self.pk, action, at, actor, kind, before if state else "",
                state, "", data, "public" if action in ("submit", "assign") else "petitioner",
            ]  # fmt: skip
            previous = _digest(previous, row)
            rows.append((*row, previous))
            before = state or before

    def _after_evaluation(self) -> str:
        return "rework" if self.state == "rework" else "concluded"

    def _data(self, action: str) -> dict[str, Any]:
        if action == "submit":
            return {"channel": "web", "restricted": self.restricted}
        if action == "assign":
            return {"units": [self.lead.code], "co_units": [], "due_at": self.times["assign"].isoformat()}
        if action in ("sign", "contact", "reply"):
            return {"order": self.order, "unit": self.lead.code, "kind": "lead"}
        if action == "approve_reply":
            return {"replies": [self.order]}
        if action == "decline":
            return {"channel": "人民法院"}
        return {}


@cache
def _views(category: str, area: str, unit: str) -> tuple[str, str]:
    """The router's candidates, as JSON."""
    reasons = [{"code": "rule", "rule": 17, "category": category, "area": area}]
    candidate = {"score": 0.87, "reasons": reasons, "co_units": []}
    return jsonb([{"code": category, **candidate}] * 3), jsonb([{"code": unit, **candidate}] * 3)


def _digest(previous: str, row: Sequence[Any]) -> str:
    """What the journal's trigger computes (journal.models.DIGEST_SQL)."""
    pk, matter_type, matter, action, at, actor, kind, before, after, note, data, visibility = row
    parts = (
        previous, pk, matter_type, matter, action, f"{int(at.timestamp())}.000000", actor or 0, kind, before, after,
        visibility, note, data,
    )  # fmt: skip
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
