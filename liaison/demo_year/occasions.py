"""Receptions through the year, with the visits and appointments they bring."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from accounts.queries import consent_texts
from deputies.models import Deputy
from directory.calendar import SHANGHAI
from liaison.demo_year import matters
from liaison.demo_year.diary import Diary, Story
from liaison.demo_year.stories import Matters
from liaison.demo_year.town import Town
from petitions import actions
from stations.actions import appointments, invitations, receptions
from stations.actions import visits as visit_actions
from stations.actions.appointments import HOLDER
from stations.actions.visits import VisitIntake
from stations.models import Reception, Station
from stations.models.appointments import Appointment
from stations.models.visits import Outcome

TOPICS = (
    ("", ""),
    ("", ""),
    ("老旧小区改造", "Renewal of old estates"),
    ("一老一小服务", "Care for the old and the young"),
    ("交通出行", "Getting about"),
    ("物业管理", "Property management"),
    ("生态环境", "The environment"),
    ("营商环境", "Conditions for business"),
)


class Occasions:
    """Tells the stories of receptions in one diary."""

    def __init__(self, diary: Diary, town: Town, petitions: Matters) -> None:
        self.diary, self.town, self.petitions = diary, town, petitions
        self.number = 5000

    def resident(self) -> tuple[str, str]:
        """The name and the number of the next invented resident."""
        self.number += 1
        return self.town.name(self.number), self.town.phone(self.number)

    def held(self, station: Station, day: datetime, on_duty: list[Deputy]) -> Story:
        """One reception: planned, announced, opened, received at, closed."""
        at = yield self.diary.end
        random = self.diary.random
        begins = day.astimezone(SHANGHAI).replace(hour=random.choice((9, 14, 15)), minute=0, second=0, microsecond=0)
        topic, topic_en = random.choice(TOPICS)
        session = receptions.Session(
            starts_at=begins,
            ends_at=begins + timedelta(hours=2),
            capacity=8,
            slot_minutes=15,
            topic=topic,
            topic_en=topic_en,
        )
        officer = self.town.station_user(station)
        reception = receptions.plan(station=station, session=session, deputies=on_duty, by=officer, now=at)
        at = yield self.diary.later(at, hours=20)
        receptions.publish(reception=reception, by=self.town.station_user(station), now=at)
        self.diary.told["receptions"] += 1
        booked: list[Appointment] = []
        for _ in range(random.choice((0, 0, 1, 1, 2))):
            at = yield self.diary.later(at, hours=30)
            if at < begins - timedelta(hours=12):
                booked.append(self._book(reception, at))
        at = yield begins - timedelta(minutes=10)
        yield from self.on_the_day(reception, station, on_duty, booked, begins)

    def on_the_day(
        self, reception: Reception, station: Station, on_duty: list[Deputy], booked: list[Appointment], begins: datetime
    ) -> Story:
        officer = self.town.station_user(station)
        receptions.open_(reception=reception, by=officer, now=begins - timedelta(minutes=10))
        present = []
        for deputy in on_duty:
            came = not self.diary.chance(0.05)
            reason = "" if came else "因公出差"
            receptions.attend(reception=reception, deputy=deputy, attended=came, by=officer, now=begins, reason=reason)
            present += [deputy] if came else []
        at = begins
        for _ in range(self.diary.random.choice((0, 1, 1, 1, 2, 2))):
            at = yield at + timedelta(minutes=self.diary.random.randrange(10, 40))
            self._visit(station, present, at)
        at = yield max(at, begins + timedelta(hours=2))
        for appointment in booked:
            appointment.refresh_from_db()
            if appointment.is_standing:
                work = appointments.miss if self.diary.chance(0.12) else appointments.keep
                work(appointment=appointment, by=self.town.station_user(station), now=at)
        receptions.close(reception=reception, by=self.town.station_user(station), now=at + timedelta(minutes=5))

    # --- Visits ----------------------------------------------------------------------------------------------------

    def _visit(self, station: Station, present: list[Deputy], at: datetime) -> None:
        """Somebody comes: a question answered on the spot, or a matter that is raised."""
        random = self.diary.random
        asks = self.diary.chance(0.45)
        matter = random.choice(matters.MATTERS)
        words, answer = (
            random.choice(matters.ON_THE_SPOT) if asks else (matter.words.replace("{p}", station.area.name), "")
        )
        name, phone = self.resident()
        group = random.choice((1, 1, 1, 1, 1, 1, 4, 9))
        writer = next((user for each in present if (user := self.town.deputy_user(each))), None)
        by = writer if writer is not None and self.diary.chance(0.5) else self.town.station_user(station)
        intake = VisitIntake(
            key=uuid.UUID(int=random.getrandbits(128), version=4),
            station=station,
            came_at=at,
            words=words,
            told=True,
            name=name if self.diary.chance(0.85) else "",
            phone=phone if not asks or self.diary.chance(0.5) else "",
            group_size=group,
            representatives=[self.town.name(self.number + each) for each in range(min(group, 3))] if group > 1 else [],
            deputies=present,
            address="" if asks else matter.address,
            confidentiality="withheld" if self.diary.chance(0.12) else "open",
            may_publish=self.diary.chance(0.5),
            answer=answer,
            check_in="qr" if self.diary.chance(0.6) else "hand",
        )
        raised = not asks and self.diary.chance(0.55)
        visit, petition, _new = actions.receive(intake=intake, by=by, now=at, raised=raised, although_double=True)
        self.diary.told["visits"] += 1
        if petition is not None:
            self.diary.begin(at, _going_on(self.petitions.handled(petition, matter, at)))
        elif visit.outcome == Outcome.ANSWERED and self.diary.chance(0.8):
            feedback = "satisfied" if self.diary.chance(0.85) else "basically_satisfied"
            visit_actions.feed_back(visit=visit, feedback=feedback, note="", by=by, now=at + timedelta(minutes=9))

    # --- Appointments ----------------------------------------------------------------------------------------------

    def _request(self, station: Station, at: datetime, **more: object) -> appointments.Request:
        occasion, subject = self.diary.random.choice(matters.SUBJECTS)
        name, phone = self.resident()
        values = {"occasion": occasion, "subject": subject, "name": name, "phone": phone, **more}
        return appointments.Request(station=station, consent_version=consent_texts(now=at).version, **values)  # type: ignore[arg-type]

    def _book(self, reception: Reception, at: datetime) -> Appointment:
        made = appointments.book(request=self._request(reception.station, at, reception=reception), now=at)
        self.diary.told["appointments"] += 1
        if self.diary.chance(0.1):
            appointments.cancel(appointment=made, by=HOLDER, now=at + timedelta(hours=1), reason="临时有事")
        elif self.diary.chance(0.1):
            made = appointments.move(
                appointment=made, by=HOLDER, now=at + timedelta(hours=1), reception=reception, place=8
            )
        return made

    def meeting(self, station: Station, deputy: Deputy) -> Story:
        """A meeting asked for, agreed on, with a department there or not, held or missed."""
        at = yield self.diary.end
        enterprise = self.diary.random.choice(matters.ENTERPRISE) if station.kind == "building_station" else ""
        wish = self.diary.random.choice(("工作日晚上", "周末上午", "下周三下午", "都可以，提前一天通知"))
        made = appointments.book(
            request=self._request(station, at, deputy=deputy, wish=wish, enterprise=enterprise), now=at
        )
        self.diary.told["meetings"] += 1
        at = yield self.diary.later(at, hours=20)
        officer = self.town.station_user(station)
        if self.diary.chance(0.08):
            appointments.cancel(appointment=made, by=officer, now=at, reason="代表近期外出学习，请改约其他时间。")
            return
        begins = self.diary.workday(at, self.diary.random.choice((3, 4, 6)))
        made = appointments.confirm(
            appointment=made, starts_at=begins, ends_at=begins + timedelta(minutes=40), by=officer, now=at
        )
        if self.diary.chance(0.4):
            unit = self.diary.random.choice(sorted(self.town.units.values(), key=lambda each: each.code))
            invited = invitations.invite(appointment=made, department=unit, by=officer, now=at + timedelta(minutes=5))
            at = yield self.diary.later(at, hours=20)
            comes = not self.diary.chance(0.25)
            note = "" if comes else "当日有专项检查，改派社区网格员参加。"
            invitations.answer(invitation=invited, comes=comes, note=note, by=self.town.head_of(unit), now=at)
        at = yield begins + timedelta(minutes=50)
        work = appointments.miss if self.diary.chance(0.1) else appointments.keep
        work(appointment=made, by=self.town.station_user(station), now=at)


def _going_on(story: Story) -> Story:
    """A story that has begun already: the first time it is handed is when it goes on."""
    yield from story
