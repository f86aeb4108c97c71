"""How stations are kept in the demo year: hours and rank, the yearly self-check, meetings, unified reception days."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from directory.calendar import SHANGHAI, local_day
from directory.models import Area
from liaison.demo_duty import card
from liaison.demo_year.diary import Diary, Story
from liaison.demo_year.occasions import Occasions
from liaison.demo_year.town import Town, fresh
from petitions import actions as petition_actions
from petitions.claimable import claimable
from petitions.unified_day import day_numbers
from stations.actions import days, quality
from stations.actions.days import DayPlan
from stations.actions.master import change_station
from stations.actions.quality import Said
from stations.models import Reception, Station, StationKind
from stations.quality import standards_for

OPEN = ((time(9), time(12)), (time(14), time(18)))
HOURS = [*((day, *span) for day in range(5) for span in OPEN), (5, time(9), time(12))]
# The last two of the district lie in business buildings: enterprises book there.
IN_BUILDINGS = 2
MEETINGS = ("老旧小区加装电梯怎么推进", "社区停车怎么管", "口袋公园建在哪里", "一老一小服务点怎么办")
FINDING = "现场查看阵地、资料和接待记录，情况属实。"


def furnish(people: Town, stations: list[Station], now: datetime) -> None:
    """Opening hours and a few words for each; one model station in each sub-district, two in business buildings."""
    models: set[int | None] = set()
    for place, station in enumerate(stations):
        name = station.area.name
        if building := len(stations) > 2 * IN_BUILDINGS and place >= len(stations) - IN_BUILDINGS:
            station.kind = StationKind.BUILDING_STATION
        if station.area.parent_id not in models and not building:
            models.add(station.area.parent_id)
            station.is_model = True
        station.save(update_fields=["kind", "is_model"])
        values = {
            "about": f"设有接待室、议事室和资料角，服务{name}居民和企业。",
            "about_en": f"A room to receive, one to deliberate, and a corner to read, for {station.area.name_en}.",
        }
        by = people.station_user(station)
        change_station(station=station, values=values, hours=HOURS, deputies=None, by=by, now=now)


class Keeping:
    """Tells the stories of how stations are kept in one diary."""

    def __init__(self, diary: Diary, people: Town, occasions: Occasions) -> None:
        self.diary, self.people, self.occasions = diary, people, occasions

    def checked(self, station: Station, *, inspected: bool) -> Story:
        """The year's self-check: filled in with photos, sent in, and inspected or not yet."""
        at = yield self.diary.end
        year, by = local_day(at).year, self.people.station_user(station)
        standards = standards_for(station)
        quality.fill_in(station=station, year=year, said={each: Said(met=True) for each in standards}, by=by, now=at)
        for each in standards:
            if each.needs_photo:
                quality.add_check_photo(
                    station=station,
                    year=year,
                    standard=each,
                    file=card(f"{station.code[-3:]} {each.code}", station.pk),
                    by=by,
                    now=at,
                )
        check = quality.send_in(station=station, year=year, by=by, now=at)
        self.diary.told["self-checks"] += 1
        if inspected:
            at = yield self.diary.later(at, days=6)
            quality.inspect(check=check, not_met=set(), passed=True, finding=FINDING, by=self.people.supervisor, now=at)

    def deliberated(self, station: Station, number: int) -> Story:
        """A deliberation meeting, noted for the quota."""
        at = yield self.diary.end
        by, title = self.people.station_user(station), MEETINGS[number % len(MEETINGS)]
        quality.note_meeting(station=station, date=local_day(at), title=title, by=by, now=at)

    def followed(self, station: Station) -> Story:
        """The deputy with an account follows a matter of the station, where one waits for somebody to follow it."""
        at = yield self.diary.end
        user = self.people.deputy_user(self.people.deputies[station.pk][0])
        if user is None:
            return
        found = claimable(user).order_by("-id").first()
        if found is not None:
            try:
                petition_actions.claim(petition=found, by=user, now=at)
            finally:
                fresh(user)
            self.diary.told["followed"] += 1

    def received_everywhere(self, area: Area, stations: list[Station], day: datetime) -> Story:
        """A unified reception day: planned, announced, held at all stations, closed with a report."""
        at = yield self.diary.end
        plan = DayPlan(
            area=area, date=local_day(day), starts=time(9), ends=time(11), capacity=8, slot_minutes=15,
            topic="办好家门口的实事", topic_en="What is needed at the doorstep",
        )  # fmt: skip
        made = days.plan_day(plan=plan, stations=stations, by=fresh(self.people.users["dispatcher"]), now=at)
        at = yield self.diary.later(at, hours=20)
        days.publish_day(day=made.day, by=fresh(self.people.users["dispatcher"]), now=at)
        self.diary.told["unified days"] += 1
        begins = datetime.combine(plan.date, plan.starts, tzinfo=SHANGHAI)
        sessions = Reception.objects.filter(day=made.day, state="published").select_related("station__area__parent")
        for session in sessions.prefetch_related("deputies").order_by("pk"):
            self.diary.begin(begins - timedelta(minutes=10), self._session(session, begins))
        yield begins + timedelta(hours=9)
        days.close_day(
            day=made.day, report=day_numbers(made.day).plain(), by=fresh(self.people.users["dispatcher"]),
            conclusion="各站按时开放，代表到岗情况良好，提出的事项均已登记交办。", now=begins + timedelta(hours=9),
        )  # fmt: skip

    def _session(self, session: Reception, begins: datetime) -> Story:
        yield self.diary.end
        yield from self.occasions.on_the_day(session, session.station, list(session.deputies.all()), [], begins)
