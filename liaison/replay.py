"""Replay a city's recorded cases through the portal's own actions and see how often the router was right.

Each record is submitted at its time, looked at by the router before anybody knows the answer, then assigned to
the unit that really handled it, answered and closed. The router's choice is compared with that unit. The router
learns as it does in a worker: from a closing once it is closed, and every so many from all of them anew.
"""

from __future__ import annotations

import csv
import heapq
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db.models import Count

from accounts.models import ConsentKind, ConsentText, User
from accounts.queries import forget_consent_texts
from directory import queries
from directory.calendar import SHANGHAI
from directory.models import Area, Category, Department, Membership, Office, PetitionKind
from dispatch import versions
from dispatch.models import WorkOrder
from dispatch.router.model import Closing, RouterModel, train
from journal.models import ActorKind, Entry
from petitions import actions, routing
from petitions.lifecycle import ENDED, MATTER
from petitions.models import Channel, Petition
from petitions.routing import view_of

COLUMNS = (
    "record_id", "created_at", "channel", "kind", "category_1", "category_2", "category_3",
    "subdistrict", "community", "handling_unit",
)  # fmt: skip
KINDS = {"咨询": PetitionKind.SUGGESTION, "建议": PetitionKind.SUGGESTION, "感谢": PetitionKind.SUGGESTION}
JUDGED_SHARE = 0.3  # the last part of the file, by which the router is judged
PHONE = "13900000000"
FIRST_DAY = date(2000, 1, 1)
TRAINED_EVERY = 500  # closings
CHECKED_WITHIN = timedelta(hours=1)
HANDLED_WITHIN = timedelta(hours=4)  # the records tell when a case came in, not when it was closed


class BadRecords(Exception):
    """The file cannot be replayed; the message names file, line, column and reason."""


@dataclass(frozen=True)
class Record:
    """One recorded case."""

    at: datetime
    kind: str
    categories: tuple[str, str, str]
    places: tuple[str, str]
    unit: str


@dataclass
class Tally:
    """What came of a replay."""

    events: int = 0
    routed: int = 0
    lost: int = 0
    routed_twice: int = 0
    hits: list[tuple[bool, bool]] = field(default_factory=list)
    seconds: float = 0.0

    def figures(self) -> dict[str, int | float]:
        """Return the figures as they are printed; top1 and top3 over the last 30 % of the events."""
        judged = self.hits[int(len(self.hits) * (1 - JUDGED_SHARE)) :]
        return {
            "events": self.events,
            "routed": self.routed,
            "lost": self.lost,
            "routed_twice": self.routed_twice,
            "top1": round(sum(first for first, _ in judged) / max(len(judged), 1), 4),
            "top3": round(sum(third for _, third in judged) / max(len(judged), 1), 4),
            "events_per_second": round(self.events / self.seconds, 1) if self.seconds else 0.0,
        }


def read(path: Path, limit: int | None = None) -> list[Record]:
    """Return the file's records in time order, the first `limit`. Raises BadRecords with file, line and column."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise BadRecords(f"{path}, line 1: the column {missing[0]} is missing.")
            records = [_record(path, rows.line_num, row) for row in rows]
    except OSError as error:
        raise BadRecords(f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadRecords(f"{path} is not a CSV file in UTF-8: {error}.") from None
    return sorted(records, key=lambda record: record.at)[:limit]


def _record(path: Path, line: int, row: dict[str, str]) -> Record:
    try:
        at = datetime.fromisoformat(row["created_at"]).replace(tzinfo=SHANGHAI)
    except (ValueError, TypeError):
        raise BadRecords(
            f"{path}, line {line}, column created_at: expected a time such as 2018-02-08 15:34:40."
        ) from None
    unit = (row["handling_unit"] or "").strip()
    if not unit:
        raise BadRecords(f"{path}, line {line}, column handling_unit: it is empty.")
    return Record(
        at=at,
        kind=KINDS.get(row["kind"], PetitionKind.CLAIM),
        categories=(row["category_1"], row["category_2"], row["category_3"]),
        places=(row["community"], row["subdistrict"]),
        unit=unit,
    )


def _consent_of_that_time() -> str:
    """Consent texts in force when the records were made; the portal's own are younger than they."""
    for kind in ConsentKind.values:
        ConsentText.objects.create(
            kind=kind,
            version="replay",
            body_zh="—",
            body_en="—",
            in_force_from=datetime.combine(FIRST_DAY, datetime.min.time(), SHANGHAI),
        )
    forget_consent_texts()
    return "replay"


class Pupil:
    """The router of a replay: it never knows of a closing before its time."""

    def __init__(self) -> None:
        self.known: list[Closing] = []
        self.waiting: list[tuple[datetime, int, Closing]] = []
        self.model: RouterModel | None = None
        self.trained_on = 0
        versions.unload()

    def closed(self, petition: Petition, unit: Department) -> None:
        """Note what is going to be known once it is closed. The recorded cases hold no words: none are learned."""
        category = petition.category.code if petition.category else None
        closed = petition.submitted_at + HANDLED_WITHIN + CHECKED_WITHIN
        closing = Closing(
            str(petition.pk), "", "", category, petition.area.code, unit.code, petition.submitted_at, closed,
            petition.channel, petition.kind,
        )  # fmt: skip
        heapq.heappush(self.waiting, (closed, petition.pk, closing))

    def catch_up(self, now: datetime) -> None:
        """Learn what was closed by now."""
        while self.waiting and self.waiting[0][0] <= now:
            closing = heapq.heappop(self.waiting)[2]
            self.known.append(closing)
            if self.model is not None:
                self.model.observe(closing, routing.directory())
        if len(self.known) >= self.trained_on + TRAINED_EVERY:
            self._train()

    def _train(self) -> None:
        """As every night. Without the list: where it was made from such records, it would seem better than it is."""
        queries.invalidate()  # units founded on the spot
        self.model = train(self.known, routing.directory(), use_list=False)
        self.trained_on = len(self.known)
        versions.use(self.model)


class Replay:
    """One replay in the present database, which must hold a directory and nothing else."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.dispatcher = User.objects.create_user("replay-dispatcher")
        self.supervisor = User.objects.create_user("replay-supervisor")
        root = Area.objects.order_by("path")[0]
        Office.objects.create(user=self.dispatcher, area=root, role="dispatcher")
        Office.objects.create(user=self.supervisor, area=root, role="supervisor")
        self.heads: dict[int, User] = {}
        self.units: dict[str, Department] = {}
        self.consent = _consent_of_that_time()
        self.pupil = Pupil()

    def run(self, records: Sequence[Record]) -> Iterator[Tally]:
        """Replay one record after another, yielding the tally so far; audit the database at the end."""
        begun = time.perf_counter()
        for record in records:
            self.pupil.catch_up(record.at)
            self._one(record)
            self.tally.seconds = time.perf_counter() - begun
            yield self.tally
        self._audit(len(records))

    def _one(self, record: Record) -> None:
        petition = self._submit(record)
        petition = actions.route(petition=petition, now=record.at)
        candidates = self._candidates(petition)
        # The same message once more: it must change nothing (`routed_twice`).
        petition = actions.route(petition=petition, now=record.at + timedelta(seconds=5))
        unit = self._unit(record)  # from here on the answer is known
        self.tally.hits.append((candidates[:1] == [unit.code], unit.code in candidates[:3]))
        self.tally.events += 1
        self._close(petition, unit, record.at)

    def _submit(self, record: Record) -> Petition:
        category = self._category(record)
        intake = actions.Intake(
            text="：".join(filter(None, (record.places[0], record.categories[2] or record.categories[0]))) + "。",
            phone=PHONE,
            publish_consent=False,
            consent_version=self.consent,
            kind=record.kind,
            category=category,
            area=queries.area_by_name(record.places[0]) or queries.area_by_name(record.places[1]),
            channel=Channel.OTHER,
        )
        return actions.submit(intake=intake, by=None, now=record.at)

    def _category(self, record: Record) -> Category | None:
        """The most exact level that the directory knows."""
        for depth in (3, 2, 1):
            if found := queries.category_by_names(*record.categories[:depth]):
                return found
        return None

    def _candidates(self, petition: Petition) -> list[str]:
        """The router's ranking as the dispatcher sees it; for restricted matters, what it would have said."""
        rows = petition.routing.departments if hasattr(petition, "routing") else view_of(petition).departments
        return [row["code"] for row in rows]

    def _unit(self, record: Record) -> Department:
        """The unit that handled it; one that the directory does not know is founded on the spot."""
        unit = self.units.get(record.unit) or queries.department_by_name(record.unit)
        if unit is None:
            root = Area.objects.order_by("path")[0]
            code = f"recorded-{len(self.units) + 1}"
            unit = Department.objects.create(
                code=code, name=record.unit, area=root, kind=Department.Kind.BUREAU, active_from=FIRST_DAY
            )
        self.units[record.unit] = unit
        return unit

    def _head(self, unit: Department) -> User:
        if unit.pk not in self.heads:
            head = User.objects.create_user(f"replay-head-{unit.pk}")
            Membership.objects.create(user=head, department=unit, role="head")
            self.heads[unit.pk] = head
        return self.heads[unit.pk]

    def _close(self, petition: Petition, unit: Department, at: datetime) -> None:
        """Assign to the recorded unit unless the router did, sign, reply, check, let the evaluation lapse."""
        if petition.restricted:
            channel = "纪检监察机关 12388"
            actions.decline(
                petition=petition, by=self.supervisor, now=at, reason="转纪检监察机关处理。", channel=channel
            )
            return
        if petition.lead_unit_id is None:
            actions.assign(petition=petition, units=[unit], by=self.dispatcher, now=at + timedelta(minutes=10))
        elif petition.lead_unit_id != unit.pk:
            actions.reassign(
                petition=petition, units=[unit], by=self.dispatcher, now=at + timedelta(minutes=10), note="改办。"
            )
        head = self._head(unit)
        order = WorkOrder.objects.of(MATTER, petition.pk).open().select_related("department").exclude(kind="co").get()
        actions.sign(order=order, by=head, now=at + timedelta(hours=1))
        later = at + HANDLED_WITHIN
        actions.reply(order=order, by=head, now=later, text="已处理。", result_class="a")
        actions.approve_reply(petition=petition, by=self.dispatcher, now=later + CHECKED_WITHIN)
        actions.lapse(petition=petition, now=later + timedelta(days=8))
        self.pupil.closed(petition, unit)

    def _audit(self, expected: int) -> None:
        """Count from the database, not from what we believe to have done."""
        ended = Petition.objects.filter(state__in=ENDED).count()
        self.tally.routed = Petition.objects.filter(routed_at__isnull=False).count()
        self.tally.lost = expected - ended
        twice = Entry.objects.filter(action="assign", actor_kind=ActorKind.SYSTEM).values("matter_id")
        self.tally.routed_twice = twice.annotate(times=Count("id")).filter(times__gt=1).count()
