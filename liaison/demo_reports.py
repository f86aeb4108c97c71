"""Duty reports and outstanding cases of the demo: one report judged, one being voted on, one waiting for its meeting;
a selection with its honours and another one under way. Through the real actions; entered once.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from accounts.queries import consent_texts
from appraisals import actions as reports
from appraisals.models import DutyReport
from ballots import actions as ballots
from ballots.models import Poll
from cases import actions as selections
from cases.lifecycle import MATTER as ROUND
from cases.models import Round
from deputies.models import Deputy
from directory.calendar import local_day
from directory.models import Area
from petitions import actions as petitions
from petitions.access import PETITIONER
from petitions.actions.intake import Intake
from petitions.models import Petition
from stations.models import Station

WORDS = (
    "\n\n听取群众意见及推动解决的问题：\n今年我坚持每月进站接待，多次到居民小区走访，跟进解决了路灯、积水和停车等具体问题。"
    "\n\n未能完成的事项及原因：\n老旧小区加装电梯的协调还没有完成，各楼栋意见尚不一致。"
    "\n\n下一年度的打算：\n继续跟进养老服务和学校周边交通，做到件件有回音。"
)
VOTES = {"satisfied": 58, "basically_satisfied": 11, "dissatisfied": 4}
ADDRESS = "demo"
# Title, what it was, how it was solved.
STORIES = (
    ("校门口不再积水",
     "学校门口的下水道堵塞，一下雨就积水，学生只能踩着水进校门。",
     "代表三次到现场查看，推动清淤并更换三处井盖，雨季前全部完成。"),
    ("夜路亮起来了",
     "河边步道的路灯坏了两个多月，晚上老人不敢出门散步。",
     "代表与社区逐盏登记，协调维修并改为节能灯，一周内全部恢复照明。"),
    ("菜市场地面防滑改造",
     "菜市场地面湿滑，多位老人摔倒。",
     "代表组织商户和居民座谈，推动地面重新铺装并增设排水沟。"),
    ("公交站有了雨棚",
     "医院门口的公交站没有雨棚和座椅，候车老人日晒雨淋。",
     "代表多次跟进，协调占地问题，雨棚和座椅在两个月内建成。"),
    ("小区消防通道畅通了",
     "小区消防通道长期停满车辆，居民十分担心。",
     "代表召集各方现场协商，重新划线并新增四十个夜间车位。"),
)  # fmt: skip


@transaction.atomic
def create(*, now: datetime) -> int:
    """Enter reports and selections where there are none yet; return how many."""
    if DutyReport.objects.exists() or Round.objects.exists():
        return 0
    return _reports(now) + _selections(now)


def _reports(now: datetime) -> int:
    found = (
        Deputy.objects.active()
        .filter(stations__officer__isnull=False, user__isnull=False)
        .select_related("user", "area")
        .order_by("code")
        .distinct()[:3]
    )
    for number, deputy in enumerate(found):
        station = deputy.stations.filter(officer__isnull=False).select_related("officer").order_by("code").first()
        if station is not None and station.officer and deputy.user:
            _report(number, deputy, deputy.user, station, station.officer, now)
    return DutyReport.objects.count()


def _report(number: int, deputy: Deputy, own: User, station: Station, officer: User, now: datetime) -> None:
    """The first is judged and announced, the second being voted on, the third waits for its meeting."""
    year = local_day(now).year - (1 if number == 0 else 0)
    meeting = (now - timedelta(days=20), now - timedelta(hours=1), now + timedelta(days=6))[number]
    report = reports.start(deputy=deputy, year=year, by=own, now=meeting - timedelta(days=14))
    head = report.text.split("\n\n听取群众")[0]
    reports.edit(report=report, text=head + WORDS, by=own, now=meeting - timedelta(days=13))
    reports.hand_in(report=report, by=own, now=meeting - timedelta(days=12))
    reports.publish(report=report, by=officer, now=meeting - timedelta(days=10))
    place = f"{station.name}会议室"
    reports.convene(report=report, meeting_at=meeting, place=place, by=officer, now=meeting - timedelta(days=9))
    if number == 2:
        return
    codes = reports.issue_codes(report=report, number=80, by=officer, now=meeting)
    reports.open_vote(report=report, by=officer, now=meeting)
    marks = [option for option, votes in VOTES.items() for _time in range(votes)]
    random.Random(number).shuffle(marks)  # noqa: S311, invented votes
    for code, mark in zip(codes, marks if number == 0 else marks[:17], strict=False):
        ballots.cast(code=code, marks={"report": mark}, address=ADDRESS, now=meeting)
    if number == 0:
        reports.announce(report=report, by=officer, now=meeting + timedelta(hours=2))


def _selections(now: datetime) -> int:
    supervisor = User.objects.get(username="supervisor")
    home = Area.objects.filter(level="district").order_by("path").first()
    if home is None:
        return 0
    # Nobody can have agreed to a text before it was in force.
    since = max((text.in_force_from for text in consent_texts(now=now).texts.values()), default=now)
    at = max(now - timedelta(days=70), since + timedelta(hours=9))
    begun = at + timedelta(days=4)
    matters = [_matter(number, at) for number in range(len(STORIES))]
    told = [matter for matter in matters if matter is not None]
    done = _round(
        "上半年代表履职优秀案例", "Outstanding cases of the first half-year", home, told[:4], supervisor, begun
    )
    _elect(done, begun + timedelta(days=12), supervisor)
    _round("年度群众最满意案例", "The public’s choice of the year", home, told, supervisor, now - timedelta(days=8))
    return 2


def _matter(number: int, at: datetime) -> Petition | None:
    """A petition answered on the spot, judged satisfied and published, at one of the stations."""
    found = Station.objects.filter(officer__isnull=False, deputies__isnull=False).select_related("officer", "area")
    station = found.order_by("code").distinct()[number]
    deputy, officer = station.deputies.order_by("code").first(), station.officer
    if deputy is None or officer is None:
        return None
    title, problem, solution = STORIES[number]
    intake = Intake(
        text=problem,
        title=title,
        phone=f"1990000{900 + number:04}",
        publish_consent=True,
        consent_version=consent_texts().version,
        area=station.area,
        station=station,
        deputy=deputy,
        by_person=True,
    )
    petition = petitions.submit(intake=intake, by=None, now=at)
    petitions.register(petition=petition, by=officer, now=at + timedelta(hours=2))
    petitions.answer_on_spot(petition=petition, by=officer, now=at + timedelta(days=2), text=solution)
    later = at + timedelta(days=3)
    petitions.evaluate(petition=petition, by=PETITIONER, now=later, process="satisfied", result="satisfied")
    petitions.propose_publication(petition=petition, by=officer, now=later, title=title, text=problem)
    supervisor = User.objects.get(username="supervisor")
    petitions.publish(petition=petition, by=supervisor, now=later + timedelta(hours=1))
    return Petition.objects.get(pk=petition.pk)


def _round(title: str, title_en: str, home: Area, told: list[Petition], by: User, begun: datetime) -> Round:
    """Opened, nominated by the stations, shortlisted, and the vote of the public opened."""
    found = selections.open_round(
        title=title, title_en=title_en, area=home, voters="public", places=2, most=2, minimum=20, by=by, now=begun
    )
    stories = {title: (problem, solution) for title, problem, solution in STORIES}
    for petition in told:
        problem, solution = stories[petition.public_title]
        officer = petition.station.officer if petition.station else None
        if officer is not None:
            selections.nominate(
                round=found, petition=petition, title=petition.public_title, problem=problem, solution=solution,
                by=officer, now=begun + timedelta(days=2),
            )  # fmt: skip
    selections.shortlist(round=found, cases=list(found.cases.all()), by=by, now=begun + timedelta(days=5))
    return selections.open_vote(round=found, by=by, now=begun + timedelta(days=6))


def _elect(found: Round, at: datetime, by: User) -> None:
    """Invented votes, the same on each installation, and the honours."""
    poll = Poll.objects.get(subject_type=ROUND, subject_id=found.pk)
    listed = list(found.cases.order_by("id"))
    draw = random.Random(7)  # noqa: S311, invented votes
    for code in ballots.issue(poll=poll, number=46):
        chosen = draw.choices(listed, weights=range(len(listed), 0, -1))
        ballots.cast(code=code, marks={case.code: "for" for case in chosen}, address=ADDRESS, now=at)
    selections.announce(round=found, by=by, now=at)
