"""Live the year: what happens when, and the clock and the messages that go with it. Deterministic, and once."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation

from accounts.models import ConsentText
from accounts.queries import forget_consent_texts
from common.nudge import hushed
from dispatch.actions import give_alerts as give_order_alerts
from dispatch.models import WorkOrder
from journal.models import Outbox
from liaison.demo_year import matters, town
from liaison.demo_year.diary import Diary, Story, daytime
from liaison.demo_year.keeping import Keeping, furnish
from liaison.demo_year.occasions import Occasions
from liaison.demo_year.stories import Matters
from notifications import actions as notices
from petitions import actions
from petitions.actions.telling import tell
from petitions.models import Petition
from stations.actions.appointments import remind
from stations.actions.telling import tell as tell_of_stations
from stations.models import Station
from stations.models.visits import Visit

SEED = 20260101
# Messages of older days are not written: nobody reads them, and they would be most of the work.
TOLD = timedelta(days=14)


@dataclass(frozen=True)
class Size:
    """How much happens: days lived, matters sent in directly, stations, receptions at each, meetings."""

    days: int
    matters: int
    stations: int
    receptions: int
    meetings: int


FULL = Size(days=365, matters=66, stations=23, receptions=3, meetings=12)
SMALL = Size(days=45, matters=24, stations=3, receptions=2, meetings=4)  # for tests and screenshots
SIZES = {"full": FULL, "small": SMALL}


def live(*, now: datetime, size: Size = FULL) -> Counter[str]:
    """Live the year that ends at `now`, all or nothing; return how much of what happened.

    Nothing happens where visits are on record already, or without stations that have officer, head and deputies.
    """
    if Visit.objects.exists():
        return Counter()
    began = time.monotonic()
    with transaction.atomic(), hushed(), translation.override(settings.LANGUAGE_CODE):
        diary = Diary(end=now, seed=SEED)
        people = town.load()
        if not people.stations:
            return Counter()
        start = now - timedelta(days=size.days)
        _consents(start)
        _fill(diary, people, size, start)
        diary.run()
    diary.told["seconds"] = round(time.monotonic() - began)
    return diary.told


def _consents(start: datetime) -> None:
    """The residents of a year ago agreed to texts that were in force then: the first ones, under an older version."""
    first = ConsentText.objects.order_by("in_force_from", "pk")[:10]
    earliest = min((text.in_force_from for text in first), default=start)
    if earliest > start:
        ConsentText.objects.bulk_create(
            (
                ConsentText(
                    kind=text.kind, version=f"{start:%Y-%m}", body_zh=text.body_zh, body_en=text.body_en,
                    in_force_from=start - timedelta(days=30),
                )
                for text in first if text.in_force_from == earliest
            ),
            ignore_conflicts=True,
        )  # fmt: skip
        forget_consent_texts()


def _fill(diary: Diary, people: town.Town, size: Size, start: datetime) -> None:
    petitions = Matters(diary, people)
    occasions = Occasions(diary, people, petitions)
    stations = people.stations[: size.stations]
    span = timedelta(days=size.days)
    _send_in(diary, petitions, stations, size, start)
    furnish(people, stations, start)
    for place, station in enumerate(stations):
        _receive(diary, occasions, station, people, size, start + timedelta(days=place % 7))
    for number in range(size.meetings):
        station = stations[number * 5 % len(stations)]
        deputy = people.deputies[station.pk][0]
        at = daytime(start + span * (number + 0.5) / size.meetings)
        diary.begin(at, occasions.meeting(station, deputy))
    _keep(diary, Keeping(diary, people, occasions), stations)
    step = timedelta(days=7 if size.days > 60 else 2)
    diary.begin(start + step, _clock(diary, step))


def _keep(diary: Diary, keeping: Keeping, stations: list[Station]) -> None:
    """Stations as they are kept; a unified day two weeks ago and one ahead; what the deputies follow now."""
    end = diary.end
    for place, station in enumerate(stations):
        if place % 4 < 3:  # the others are behind
            diary.begin(daytime(end - timedelta(days=25 - place)), keeping.checked(station, inspected=place % 4 < 2))
        for number in range(place % 4):
            diary.begin(daytime(end - timedelta(days=20 - 6 * number)), keeping.deliberated(station, place + number))
        for ago in (13, 6, 1):
            diary.begin(daytime(end - timedelta(days=ago)), keeping.followed(station))
    part = stations[0].area.parent
    assert part is not None
    assert part.parent is not None
    for days_ahead, notice in ((-14, 11), (6, 8)):
        day = end + timedelta(days=days_ahead)
        diary.begin(daytime(day - timedelta(days=notice)), keeping.received_everywhere(part.parent, stations, day))


def _send_in(diary: Diary, petitions: Matters, stations: list[Station], size: Size, start: datetime) -> None:
    """Matters spread over the year, more of them towards its end; questions, and what takes another way, between."""
    span = timedelta(days=size.days)
    order = list(range(len(matters.MATTERS)))
    diary.random.shuffle(order)
    for number in range(size.matters):
        at = daytime(start + span * (number / size.matters) ** 0.8 * 0.999)
        station = stations[(number * 7 + number // len(stations)) % len(stations)]
        matter = matters.MATTERS[order[number % len(order)]]
        diary.begin(at, petitions.submitted(matter, station, number))
        if number % 11 == 4:  # a neighbour says the same a day later
            diary.begin(at + timedelta(days=1), petitions.submitted(matter, station, 4000 + number))
    for number in range(size.matters // 4):  # what is under way now
        at = daytime(start + span - timedelta(days=12) * (number + 1) / (size.matters // 4))
        station = stations[number * 3 % len(stations)]
        diary.begin(at, petitions.submitted(matters.MATTERS[order[-1 - number]], station, 4500 + number))
    for number, words in enumerate(matters.SHARED):
        at = start + span - timedelta(days=5) + timedelta(hours=15 * number)
        diary.begin(at, petitions.shared(words, stations[0], 4700 + number, published=number % 2 == 0))
    for number, (question, answer) in enumerate(matters.ON_THE_SPOT):
        at = daytime(start + span * (number + 0.3) / len(matters.ON_THE_SPOT))
        diary.begin(at, petitions.asked(question, answer, stations[number % len(stations)], 3000 + number))
    for number, (words, reason, channel) in enumerate(matters.DECLINED):
        at = daytime(start + span * (number + 1) / 4)
        diary.begin(at, petitions.declined(words, reason, channel, stations[number % len(stations)], 3100 + number))
    for number, words in enumerate(matters.REPORTS):
        at = daytime(start + span * (number + 1) / 3)
        diary.begin(at, petitions.reported(words, stations[number % len(stations)], 3200 + number))


def _receive(
    diary: Diary, occasions: Occasions, station: Station, people: town.Town, size: Size, start: datetime
) -> None:
    """Some stations once a month, some less; planned ten days before, the next ones lie ahead."""
    first, *others = people.deputies[station.pk]
    end = start + timedelta(days=size.days)
    often = size.receptions * (6 if size.receptions > 2 and station.is_model else 1)
    held = [start + timedelta(days=size.days) * (number + 0.6) / often for number in range(often)]
    for number, day in enumerate([*held, end + timedelta(days=4)]):
        on_duty = [first, *others[number % len(others) :][:1]] if others else [first]
        diary.begin(daytime(day - timedelta(days=10)), occasions.held(station, day, on_duty))


def _clock(diary: Diary, step: timedelta) -> Story:
    """What the timetable does every few seconds, here now and then: alerts, lapse, archive, messages, reminders."""
    at = yield diary.end
    while True:
        sweep(at, told=diary.end - at <= TOLD)
        at = yield min(at + step, diary.end) if at < diary.end else at + step


def sweep(at: datetime, *, told: bool) -> None:
    """Give what is due by `at`, and tell whoever is concerned. Messages of the demo are sent to nobody."""
    orders = list(
        WorkOrder.objects.due(at)
        .select_related("department")
        .prefetch_related("requests")
        .select_for_update(of=("self",))
    )
    if orders:
        give_order_alerts(orders, at)
    related = ("area", "category", "contact")
    while due := list(Petition.objects.due(at).select_related(*related).defer("search", "text")[:500]):
        if actions.give_alerts(due, at).given == 0:
            break
    remind(now=at)
    if not told:
        Outbox.objects.filter(at__lte=at).delete()
        return
    while tell(now=at):
        pass
    while tell_of_stations(now=at):
        pass
    while claims := notices.claim(now=at, size=200):
        for claim in claims:
            notices.settle_sent(claim=claim, now=at)
