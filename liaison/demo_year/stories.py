"""The life of one matter, from the resident's words to the end, step by step through the real actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from accounts.queries import consent_texts
from directory import queries
from directory.models import PetitionKind
from dispatch.models import WorkOrder
from liaison.demo_year import matters
from liaison.demo_year.diary import Diary, Passage, Story
from liaison.demo_year.matters import Matter
from liaison.demo_year.town import Town, now_of, order_of
from petitions import actions
from petitions.access import PETITIONER
from petitions.actions import Intake
from petitions.lifecycle import State
from petitions.models import Petition
from stations.models import Station

CHANNELS = ("web", "web", "web", "api", "qr")
Submit = Callable[[datetime], Petition]


class Matters:
    """Tells the stories of matters in one diary."""

    def __init__(self, diary: Diary, town: Town) -> None:
        self.diary, self.town = diary, town
        self.chance = diary.chance
        self.seen: dict[tuple[str, int], Petition] = {}

    # --- How a matter comes ----------------------------------------------------------------------------------------

    def intake(self, matter: Matter, station: Station, number: int, at: datetime) -> Intake:
        """The words of `matter` as a resident of this station's community sends them."""
        return Intake(
            text=matter.words.replace("{p}", station.area.name),
            phone=self.town.phone(number),
            name=self.town.name(number) if self.chance(0.7) else "",
            publish_consent=self.chance(0.6),
            consent_version=consent_texts(now=at).version,
            area=station.area,
            station=station,
            address=matter.address,
            urgent=self.chance(0.05),
            channel=self.diary.random.choice(CHANNELS),
            share_contact=self.chance(0.85),
        )

    def submitted(self, matter: Matter, station: Station, number: int) -> Story:
        """A resident submits by oneself, and it takes its way."""
        at = yield self.diary.end
        intake = self.intake(matter, station, number, at)
        petition = actions.submit(intake=intake, by=None, now=at)
        yield from self.handled(petition, matter, at)

    # --- Its way ---------------------------------------------------------------------------------------------------

    def handled(self, petition: Petition, matter: Matter, at: datetime) -> Story:
        """Routed, registered, assigned, handled, answered, judged; now and then another way."""
        self.diary.told["matters"] += 1
        at = yield at + timedelta(minutes=1)
        actions.route(petition=petition, now=at)
        petition = now_of(petition)
        if self.chance(0.03) and petition.state in (State.SUBMITTED, State.ASSIGNED):
            at = yield self.diary.later(at, hours=20)
            actions.withdraw(petition=petition, by=PETITIONER, now=at, reason="问题已自行解决。")
            return
        if petition.state == State.SUBMITTED:
            at = yield self.diary.later(at, hours=7)
            officer = self.town.station_user(petition.station)  # type: ignore[arg-type]
            petition = now_of(actions.register(petition=petition, by=officer, now=at))
        if petition.state == State.REGISTERED:
            at = yield self.diary.later(at, hours=20)
            if self._same_matter(petition, matter, at):
                return
            petition = self._assign(petition, at)
        self.seen.setdefault((matter.category, petition.area_id), petition)
        yield from self._worked_on(petition, matter, at)

    def _same_matter(self, petition: Petition, matter: Matter, at: datetime) -> bool:
        """Join it with one that is open on the same matter in the same place."""
        main = self.seen.get((matter.category, petition.area_id))
        if main is None or now_of(main).state not in (State.ASSIGNED, State.IN_PROGRESS):
            return False
        officer = self.town.station_user(petition.station)  # type: ignore[arg-type]
        actions.merge(petition=petition, into=main, by=officer, now=at)
        self.diary.told["merged"] += 1
        return True

    def _assign(self, petition: Petition, at: datetime) -> Petition:
        """The dispatcher takes the router's first candidate."""
        routed = [queries.department_by_code(row["code"]) for row in petition.routing.departments]
        unit = next((each for each in routed if each is not None), None) or next(iter(self.town.units.values()))
        by = self.town.dispatcher(petition.area)
        return now_of(actions.assign(petition=petition, units=[unit], by=by, now=at))

    def _worked_on(self, petition: Petition, matter: Matter, at: datetime) -> Story:
        order = order_of(petition)
        at = yield self.diary.later(at, hours=8)
        order = order_of(petition)
        if self.chance(0.05):
            actions.request_return(
                order=order, by=self.town.head_of(order.department), now=at, reason="不属本单位职责。"
            )
            at = yield self.diary.later(at, hours=8)
            by = self.town.dispatcher(petition.area)
            actions.rule(
                order=order_of(petition), kind="return", granted=False, by=by, now=at, ruling="按职责清单由你单位办理。"
            )
            at = yield self.diary.later(at, hours=4)
            order = order_of(petition)
        handler = self.town.handler(order.department)
        actions.sign(order=order, by=handler, now=at)
        at = yield self.diary.later(at, hours=26 if self.chance(0.06) else 10)
        actions.contact(order=order_of(petition), by=handler, now=at, note="已电话联系，约定现场查看。")
        if self.chance(0.02):
            deputy = now_of(petition).deputy
            user = self.town.deputy_user(deputy) if deputy else None
            if user is not None:
                actions.convert(
                    petition=now_of(petition), by=user, now=at, title="", reason="涉及面广，提出代表建议推动解决。"
                )
                self.diary.told["converted"] += 1
                return
        if self.chance(0.07):
            at = yield from self._more_time(petition, at)
        if self.chance(0.03):
            at = yield from self._ledger(petition, at)
        at = yield self.diary.workday(at, self.diary.random.choice((1, 2, 2, 3, 3, 4, 4, 5, 8)))
        yield from self._answered(petition, matter, at)

    def _more_time(self, petition: Petition, at: datetime) -> Passage:
        order = order_of(petition)
        handler = self.town.handler(order.department)
        actions.request_extension(order=order, by=handler, now=at, reason="需协调产权单位进场施工。", working_days=5)
        at = yield self.diary.later(at, hours=8)
        by = self.town.dispatcher(petition.area)
        actions.rule(
            order=order_of(petition), kind="extension", granted=True, by=by, now=at, ruling="同意延期，请告知群众。"
        )
        return at

    def _ledger(self, petition: Petition, at: datetime) -> Passage:
        """On the pending ledger, and mostly off it again."""
        order = order_of(petition)
        reason = "涉及管网整体改造，已列入明年计划，暂不具备施工条件。"
        actions.propose_ledger(order=order, by=self.town.head_of(order.department), now=at, reason=reason)
        at = yield self.diary.later(at, hours=24)
        by = self.town.supervisor
        actions.rule(
            order=order_of(petition), kind="ledger", granted=True, by=by, now=at, ruling="同意挂账，按期复核。"
        )
        self.diary.told["ledger"] += 1
        at = yield self.diary.workday(at, 45)
        actions.clear_ledger(order=order_of(petition), by=self.town.supervisor, now=at, note="条件具备，恢复办理。")
        return at

    def _answered(self, petition: Petition, matter: Matter, at: datetime) -> Story:
        """The head signs, the station passes it on, the resident judges; dissatisfied, it begins again."""
        for turn in range(3):
            self._reply(order_of(petition), matter, at)
            at = yield self.diary.workday(at, 1)
            officer = self.town.station_user(now_of(petition).station)  # type: ignore[arg-type]
            if turn == 0 and self.chance(0.04):
                actions.send_back(petition=now_of(petition), by=officer, now=at, reason="请补充完成时间和责任人。")
                at = yield self.diary.workday(at, 2)
                self._reply(
                    order_of(petition), replace(matter, answer=matter.answer + "责任人已明确，本周内完成。"), at
                )
                at = yield self.diary.workday(at, 1)
            actions.approve_reply(petition=now_of(petition), by=officer, now=at)
            if self.chance(0.15):
                return  # silence: the clock concludes it
            at = yield self.diary.later(at, days=4)
            if self._judged(petition, at, again=turn > 0):
                yield from self._published(petition, matter, at)
                return
            # Handled again by the same unit, which need not sign for it anew.
            at = yield self.diary.workday(at, self.diary.random.choice((3, 4, 6)))

    def _reply(self, order: WorkOrder, matter: Matter, at: datetime) -> None:
        result = self.diary.random.choice(("a", "a", "a", "a", "b", "c"))
        head = self.town.head_of(order.department)
        promised = (at + timedelta(days=60)).date() if result == "b" else None
        actions.reply(order=order, by=head, now=at, text=matter.answer, result_class=result, promised_on=promised)

    def _judged(self, petition: Petition, at: datetime, *, again: bool) -> bool:
        """The resident's judgement; true when satisfied with the result."""
        bad = self.chance(0.3 if again else 0.09)
        result = "dissatisfied" if bad else ("basically_satisfied" if self.chance(0.15) else "satisfied")
        words = self.diary.random.choice(matters.UNSOLVED if bad else matters.PROCESS_COMMENTS)
        process = "basically_satisfied" if bad else "satisfied"
        actions.evaluate(
            petition=now_of(petition), by=PETITIONER, now=at, process=process, result=result, comment=words
        )
        return not bad

    def _published(self, petition: Petition, matter: Matter, at: datetime) -> Story:
        petition = now_of(petition)
        if petition.publication != "consented" or not self.chance(0.7):
            return
        at = yield self.diary.later(at, hours=30)
        officer = self.town.station_user(petition.station)  # type: ignore[arg-type]
        text = matter.words.replace("{p}", petition.area.name)
        actions.propose_publication(petition=petition, by=officer, now=at, title=petition.title, text=text)
        at = yield self.diary.later(at, hours=30)
        actions.publish(petition=now_of(petition), by=self.town.dispatcher(petition.area), now=at)
        self.diary.told["published"] += 1

    # --- Other ways ------------------------------------------------------------------------------------------------

    def declined(self, words: str, reason: str, channel: str, station: Station, number: int) -> Story:
        """Not accepted, with the lawful channel."""
        at = yield self.diary.end
        intake = replace(self.intake(Matter("", words, "", ""), station, number, at), publish_consent=False)
        petition = actions.submit(intake=intake, by=None, now=at)
        at = yield self.diary.later(at, hours=6)
        officer = self.town.station_user(station)
        actions.propose_decline(petition=petition, by=officer, now=at, reason=reason, channel=channel)
        at = yield self.diary.later(at, hours=12)
        actions.decline(petition=now_of(petition), by=self.town.dispatcher(station.area), now=at)
        self.diary.told["declined"] += 1

    def reported(self, words: str, station: Station, number: int) -> Story:
        """A report of wrongdoing: the restricted route, from the first moment."""
        at = yield self.diary.end
        intake = replace(self.intake(Matter("", words, "", ""), station, number, at), publish_consent=False)
        actions.submit(intake=replace(intake, kind=PetitionKind.ACCUSATION), by=None, now=at)
        self.diary.told["restricted"] += 1

    def shared(self, words: str, station: Station, number: int, *, published: bool) -> Story:
        """One of many who write about the same thing this week; some let others read it, and it is still under way."""
        at = yield self.diary.end
        matter = Matter("", words, matters.SHARED_PLACE, "")
        intake = replace(self.intake(matter, station, number, at), publish_consent=published, urgent=False)
        petition = actions.submit(intake=intake, by=None, now=at)
        at = yield at + timedelta(minutes=1)
        actions.route(petition=petition, now=at)
        self.diary.told["matters"] += 1
        if not published:
            return
        at = yield at + timedelta(hours=2)
        petition, officer = now_of(petition), self.town.station_user(station)
        actions.propose_publication(petition=petition, by=officer, now=at, title=petition.title, text=words)
        at = yield at + timedelta(hours=2)
        actions.publish(petition=now_of(petition), by=self.town.dispatcher(station.area), now=at)
        self.diary.told["published"] += 1

    def asked(self, question: str, answer: str, station: Station, number: int) -> Story:
        """Asked at the station and answered there."""
        at = yield self.diary.end
        intake = replace(self.intake(Matter("", question, "", ""), station, number, at), channel="station")
        petition = actions.submit(intake=intake, by=None, now=at)
        at = yield self.diary.later(at, hours=2)
        actions.answer_on_spot(petition=petition, by=self.town.station_user(station), now=at, text=answer)
        at = yield self.diary.later(at, days=2)
        self._judged(petition, at, again=False)
