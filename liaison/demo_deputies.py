"""About 260 invented deputies of all five levels, in groups and at the stations; the same on each installation.

The 23 with an account (`demo_accounts`) are among them. Demo data only, hence outside any app's actions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deputies.actions import load_rules
from deputies.models import Deputy, DeputyGroup, DeputyLevel, GroupKind
from directory.models import Area
from liaison import demo_people
from stations.models import Station

# How many of each level besides those with an account, who are county deputies.
LEVELS = {
    DeputyLevel.NATIONAL: 2,
    DeputyLevel.PROVINCIAL: 8,
    DeputyLevel.MUNICIPAL: 45,
    DeputyLevel.COUNTY: 142,
    DeputyLevel.TOWNSHIP: 40,
}
TERMS = {
    DeputyLevel.NATIONAL: 14,
    DeputyLevel.PROVINCIAL: 14,
    DeputyLevel.MUNICIPAL: 7,
    DeputyLevel.COUNTY: 3,
    DeputyLevel.TOWNSHIP: 3,
}
# Field of a specialist group, and professions of its members.
FIELDS = (
    ("education", "教育专业代表小组", "Education group", ("中学教师", "小学校长", "幼儿园园长")),
    ("health", "医疗卫生专业代表小组", "Health group", ("医生", "护士", "社区健康服务中心主任")),
    ("city", "城市建设专业代表小组", "Urban construction group", ("工程师", "建筑师", "物业经理")),
    ("environment", "生态环境专业代表小组", "Environment group", ("环保工程师", "水务技术员", "园林工人")),
    ("industry", "科技产业专业代表小组", "Science and industry group", ("企业负责人", "技术工人", "研发人员")),
    ("law", "法治专业代表小组", "Rule of law group", ("律师", "人民调解员", "基层干部")),
    ("welfare", "民生保障专业代表小组", "Social welfare group", ("社会工作者", "养老护理员", "社区工作者")),
    ("culture", "文化体育专业代表小组", "Culture and sport group", ("非遗传承人", "体育教练", "图书馆员")),
)
FIRST_NAME = 523  # in demo_people.name, after those with an account


@dataclass(frozen=True)
class Seat:
    """One deputy to be entered."""

    number: int
    level: DeputyLevel
    area: Area
    district: str


def create(*, home: Area, parts: list[Area], communities: list[Area]) -> int:
    """Enter rules, deputies, groups and who belongs to which station; return how many deputies there are.

    What is there stays as it is.
    """
    load_rules()
    seats = list(_seats(home, parts, communities))
    Deputy.objects.bulk_create([_deputy(seat) for seat in seats], ignore_conflicts=True)
    everybody = list(Deputy.objects.filter(code__startswith="deputy-").select_related("area").order_by("pk"))
    _professions(everybody)
    _stations(everybody)
    _groups(home, everybody)
    return len(everybody)


def _seats(home: Area, parts: list[Area], communities: list[Area]) -> Iterator[Seat]:
    number = 0
    for level, count in LEVELS.items():
        for place in range(count):
            number += 1
            if level == DeputyLevel.COUNTY:
                area = communities[place % len(communities)]
                yield Seat(number, level, area, f"{area.name}第{place // len(communities) + 2}选区")
            elif level == DeputyLevel.TOWNSHIP:
                area = parts[place % len(parts)]
                yield Seat(number, level, area, f"{area.name}第{place // len(parts) + 1}选区")
            else:
                yield Seat(number, level, home, f"{home.name}选举单位")


def _deputy(seat: Seat) -> Deputy:
    name = demo_people.name(FIRST_NAME + seat.number)
    return Deputy(
        code=f"deputy-{seat.number:03}",
        name=name,
        name_en=demo_people.in_latin(name),
        level=seat.level,
        term=TERMS[seat.level],
        electoral_district=seat.district,
        area=seat.area,
    )


def _professions(deputies: list[Deputy]) -> None:
    fresh = [deputy for deputy in deputies if not deputy.profession]
    for deputy in fresh:
        place = deputies.index(deputy)
        choices = FIELDS[place % len(FIELDS)][3]
        deputy.profession = choices[place // len(FIELDS) % len(choices)]
    Deputy.objects.bulk_update(fresh, ["profession"], batch_size=500)


def _stations(deputies: list[Deputy]) -> None:
    """Each at the station of the own community; the others spread evenly within their area."""
    stations = list(Station.objects.filter(code__startswith="station-").select_related("area").order_by("code"))
    if not stations:
        return
    belongs = Station.deputies.through
    rows = []
    for place, deputy in enumerate(deputies):
        near = [each for each in stations if each.area.path.startswith(deputy.area.path)] or stations
        rows.append(belongs(station_id=near[place % len(near)].pk, deputy_id=deputy.pk))
    taken = set(belongs.objects.values_list("deputy_id", flat=True))
    belongs.objects.bulk_create([row for row in rows if row.deputy_id not in taken], ignore_conflicts=True)


def _groups(home: Area, deputies: list[Deputy]) -> None:
    for place, (field, name, name_en, _professions_of_it) in enumerate(FIELDS):
        members = deputies[place :: len(FIELDS)]
        group, fresh = DeputyGroup.objects.get_or_create(
            code=f"group-{field}",
            defaults={
                "name": name,
                "name_en": name_en,
                "kind": GroupKind.SPECIALIST,
                "profession": name.removesuffix("专业代表小组"),
                "area": home,
                "convener": members[0] if members else None,
            },
        )
        if fresh:
            group.members.set(members)
