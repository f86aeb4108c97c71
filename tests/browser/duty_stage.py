"""Duty reports, cases and a full notice board, brought to the state in which each page has most to show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from appraisals import actions as reports
from appraisals.models import DutyReport
from ballots import actions as ballots
from ballots.models import Poll
from cases import actions as selections
from cases.models import Case
from deputies.actions import file_facts, load_rules
from deputies.models import Deputy
from directory.calendar import local_day
from journal import actions as journal
from petitions.models import Petition
from stations.models import Reception, ReceptionDuty
from tests.cast import Cast
from tests.factories import PetitionFactory

TEXT = (
    "东岸社区的各位选民：一年来我坚持每月进站接待，认真听取意见，跟进解决了校门口积水、路灯不亮等问题。"
    "\n\n现报告如下，请各位评议。"
)
CASE = {
    "problem": "学校门口的下水道堵塞，一下雨就积水，学生只能踩着水进校门，家长多次反映。",
    "solution": "代表在接待日收到反映后认领该事项，三次到现场查看，并请相关部门清淤、更换三处井盖，雨季前全部完成。",
}


def stage(town: Cast) -> dict[str, Any]:
    """Build everything; return the addresses by name."""
    load_rules()
    now = timezone.now()
    _facts(town, now)
    _receptions(town, now)
    petitions = [_petition(town, number, now) for number in range(6)]
    announced = _report(town, town.seat, now, votes=(41, 9, 3))
    for number, level in enumerate(("national", "municipal", "county", "township", "county"), start=2):
        deputy = Deputy.objects.create(
            code=f"D{number}", name="林陈黄李王"[number - 2] + "代表", name_en=f"Deputy No. {number}", level=level,
            term=7, electoral_district="第三选区", area=town.area["EB"],
        )  # fmt: skip
        town.station["east"].deputies.add(deputy)
    voting = _report(town, Deputy.objects.get(code="D2"), now)
    round_, code = _selection(town, petitions[:4], now)
    open_round = selections.open_round(
        title="下半年优秀案例", title_en="Cases of the second half", area=town.area["440310"], voters="public",
        by=town.supervisor, now=now,
    )  # fmt: skip
    for petition in petitions[4:5]:
        selections.nominate(
            round=open_round, petition=petition, title=petition.public_title, by=town.officer, now=now, **CASE
        )
    honoured = Case.objects.honoured().first()
    assert honoured is not None
    return {
        "code": code,
        "public": {
            "vote": "/vote/",
            "vote-done": "/vote/done/",
            "duty-reports": "/duty-reports/",
            "duty-report-announced": f"/duty-reports/{announced.pk}/",
            "duty-report-voting": f"/duty-reports/{voting.pk}/",
            "cases": "/cases/",
            "case": f"/cases/{honoured.pk}/",
            "case-round": f"/cases/rounds/{round_.pk}/",
            "board-paper": "/stations/east/board/print/?size=a4",
        },
        "desk": {
            "desk-duty-reports": "/desk/duty-reports/",
            "desk-duty-report": f"/desk/duty-reports/{voting.pk}/",
            "desk-duty-report-announced": f"/desk/duty-reports/{announced.pk}/",
            "desk-cases": "/desk/cases/",
            "desk-case-round": f"/desk/cases/{open_round.pk}/",
        },
        "slips": f"/desk/duty-reports/{voting.pk}/",
        "board": "/stations/east/board/",
    }


def _facts(town: Cast, now: Any) -> None:
    kinds = (("reception", "held", 11), ("visit", "logged", 23), ("petition", "claim", 5), ("petition", "evaluate", 4))
    for matter, action, number in kinds:
        for n in range(number):
            data = {"deputies": [town.seat.pk], "station": town.station["east"].pk}
            journal.write(matter_type=matter, matter_id=n + 1, action=action, at=now, data=data)
    file_facts(now=now)


def _receptions(town: Cast, now: Any) -> None:
    for days in (2, 9, 16):
        begins = (now + timedelta(days=days)).replace(minute=0)
        reception = Reception.objects.create(
            station=town.station["east"], starts_at=begins, ends_at=begins + timedelta(hours=2), state="published",
            state_since=now, published_at=now, topic="居民小区停车", topic_en="Parking in residential quarters",
        )  # fmt: skip
        ReceptionDuty.objects.create(reception=reception, deputy=town.seat)


def _petition(town: Cast, number: int, now: Any) -> Petition:
    titles = (
        "学校门口下水道已疏通",
        "河边路灯恢复照明",
        "菜市场地面重新铺装",
        "小区快递柜移至通道外",
        "公交站加装雨棚",
        "儿童公园增设长椅",
    )
    done = number < 5
    return PetitionFactory(
        area=town.area["EB"], station=town.station["east"], deputy=town.seat, lead_unit=town.unit["water"],
        state="concluded" if done else "in_progress", ended_at=now if done else None,
        result="satisfied" if done else "",
        publication="published", public_title=titles[number], public_text="居民反映的问题。", published_at=now,
    )  # fmt: skip


def _report(town: Cast, deputy: Deputy, now: Any, votes: tuple[int, int, int] | None = None) -> DutyReport:
    """A report whose vote is open, or counted with these votes. A deputy without an account gets that of the cast."""
    Deputy.objects.filter(user=town.deputy).update(user=None)
    Deputy.objects.filter(pk=deputy.pk).update(user=town.deputy)
    deputy.refresh_from_db()
    report = reports.start(deputy=deputy, year=local_day(now).year, by=town.deputy, now=now)
    reports.edit(report=report, text=TEXT, by=town.deputy, now=now)
    reports.hand_in(report=report, by=town.deputy, now=now)
    reports.publish(report=report, by=town.officer, now=now)
    meeting = now + timedelta(minutes=1)
    reports.convene(report=report, meeting_at=meeting, place="东岸社区会议室", by=town.officer, now=now)
    codes = reports.issue_codes(report=report, number=60, by=town.officer, now=now)
    reports.open_vote(report=report, by=town.officer, now=meeting)
    if votes:
        marks = [
            name
            for name, n in zip(("satisfied", "basically_satisfied", "dissatisfied"), votes, strict=True)
            for _ in range(n)
        ]
        for code, mark in zip(codes, marks, strict=False):
            ballots.cast(code=code, marks={"report": mark}, address="stage", now=meeting)
        reports.announce(report=report, by=town.officer, now=meeting)
    return report


def _selection(town: Cast, petitions: list[Petition], now: Any) -> tuple[Any, str]:
    """An honoured selection, and another one under way with a code for it."""
    done = _vote_on(town, petitions, now, "上半年优秀案例", "Cases of the first half")
    poll = Poll.objects.get(pk=done.poll_id)
    cases = list(done.cases.order_by("id"))
    for code in ballots.issue(poll=poll, number=22):
        ballots.cast(code=code, marks={cases[0].code: "for"}, address="stage", now=now)
    selections.announce(round=done, by=town.supervisor, now=now)
    under_way = _vote_on(town, petitions, now, "年度群众最满意案例", "The public’s choice of the year")
    (code,) = ballots.issue(poll=Poll.objects.get(pk=under_way.poll_id), number=1)
    return under_way, code


def _nominate(town: Cast, round_: Any, petition: Petition, now: Any) -> None:
    title = petition.public_title
    selections.nominate(round=round_, petition=petition, title=title, by=town.officer, now=now, **CASE)


def _vote_on(town: Cast, petitions: list[Petition], now: Any, title: str, title_en: str) -> Any:
    round_ = selections.open_round(
        title=title, title_en=title_en, area=town.area["440310"], voters="public", places=2, most=2,
        by=town.supervisor, now=now,
    )  # fmt: skip
    for petition in petitions:
        selections.nominate(
            round=round_, petition=petition, title=petition.public_title, by=town.officer, now=now, **CASE
        )
    selections.shortlist(round=round_, cases=list(round_.cases.all()), by=town.supervisor, now=now)
    return selections.open_vote(round=round_, by=town.supervisor, now=now)
