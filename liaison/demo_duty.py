"""Meetings, training, inspections and absences of the past year, entered as station and deputies enter them.

What deputies do in the portal itself follows from the year's journal. Deterministic; entered once.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image, ImageDraw

from accounts.models import User
from deputies import actions
from deputies.actions import Duty
from deputies.models import Deputy, DutyEntry
from directory.calendar import local_day
from stations.models import Station

WEEKS = 52
# (item, title): what a station notes for some of its deputies, in turn.
NOTED = (
    ("training", "代表履职能力培训班"),
    ("inspection", "视察老旧小区改造"),
    ("deliberation", "社区代表议事会"),
    ("inspection", "专题调研：社区养老服务"),
    ("session", "区人民代表大会会议"),
    ("group_activity", "专业代表小组活动"),
    ("topic", "领衔议题：学校周边交通"),
    ("home_visit", "代表之家学习活动"),
)
ABSENT = "区人民代表大会会议（半天）"
# What a deputy enters alone, with a photo; (title, decided: verified, rejected with a reason, or left waiting).
OWN = (
    ("training", "参加法律知识讲座", "verified"),
    ("inspection", "实地查看积水路段", "verified"),
    ("suggestion", "关于增设夜间公交的建议", "waiting"),
    ("group_activity", "走访辖区企业", "rejected"),
)
REASON = "佐证照片看不清时间和地点，请补充签到表后申诉。"


@dataclass(frozen=True)
class Planned:
    """One thing to enter, and when."""

    day: int  # days ago
    deputy: Deputy
    item: str
    title: str
    by: User
    own: str = ""


@transaction.atomic
def create(*, now: datetime) -> int:
    """Enter the year's entries where there are none yet; return how many."""
    if DutyEntry.objects.exists():
        return 0
    plan = sorted(_plan(), key=lambda each: -each.day)
    for each in plan:
        _enter(each, now - timedelta(days=each.day))
    return len(plan)


def _plan() -> Iterator[Planned]:
    stations = (
        Station.objects.filter(officer__isnull=False)
        .select_related("officer")
        .prefetch_related("deputies__area", "deputies__user")
    )
    for number, station in enumerate(stations.order_by("code")):
        members = sorted(station.deputies.all(), key=lambda deputy: deputy.pk)
        officer = station.officer
        if officer is None:
            continue
        for place, deputy in enumerate(members):
            yield from _noted(number, place, deputy, officer)
        yield from (own for deputy in members if deputy.user for own in _own(number, deputy, deputy.user))


def _noted(number: int, place: int, deputy: Deputy, officer: User) -> Iterator[Planned]:
    for turn in range(2):
        item, title = NOTED[(number + place + turn * 3) % len(NOTED)]
        yield Planned(20 + (number * 7 + place * 11 + turn * 167) % 330, deputy, item, title, officer)
    if (number + place) % 17 == 0:
        yield Planned(60 + number, deputy, "absence", ABSENT, officer)


def _own(number: int, deputy: Deputy, user: User) -> Iterator[Planned]:
    for turn in range(2):
        item, title, decided = OWN[(number + turn * 2 + turn) % len(OWN)]
        yield Planned(3 + number % 9 + turn * 120, deputy, item, title, user, decided)


def _enter(each: Planned, when: datetime) -> None:
    duty = Duty(item=each.item, title=each.title, on=local_day(when))
    files = [card(f"{each.day}-{each.deputy.pk}", each.day)] if each.own else []
    entry = actions.enter(deputy=each.deputy, duty=duty, files=files, by=each.by, now=when)
    if each.own in ("verified", "rejected"):
        station = each.deputy.stations.select_related("officer").filter(officer__isnull=False).first()
        officer = station.officer if station else None
        if officer is None:
            return
        if each.own == "verified":
            actions.verify(entry=entry, by=officer, now=when + timedelta(days=1))
        else:
            actions.reject(entry=entry, by=officer, now=when + timedelta(days=1), reason=REASON)


def card(words: str, number: int) -> SimpleUploadedFile:
    """A picture that is plainly a placeholder: a coloured card with a few words on it."""
    picture = Image.new("RGB", (480, 320), (60 + number % 120, 110, 150))
    ImageDraw.Draw(picture).text((24, 24), f"DEMO {words}", fill=(255, 255, 255))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return SimpleUploadedFile("evidence.jpg", out.getvalue(), "image/jpeg")
