"""A small town and the people who appear in the tests, always under the same names.

Town: Lotus District (LD) with Riverside sub-district (RS: communities East Bank `EB` and West Bank `WB`) and
Hillside sub-district (HS: community Tea Garden `TG`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.test import Client

from accounts.models import AdminRole, User
from accounts.second_factor import PASSED
from deputies.models import Deputy
from directory.models import Area, Category, Department, Membership, Office, Responsibility, ServiceLevel
from stations.models import Station

RESIDENT_PHONE = "13912345678"


@dataclass
class Cast:
    """Everybody and everything, by name."""

    area: dict[str, Area] = field(default_factory=dict)
    unit: dict[str, Department] = field(default_factory=dict)
    category: dict[str, Category] = field(default_factory=dict)
    station: dict[str, Station] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    seat: Deputy | None = None  # of the person "deputy"

    def browser(self, who: str | None = None) -> Client:
        """A client without script, in English: nobody's, or signed in as one of the cast, the second factor shown."""
        client = Client(headers={"accept-language": "en"})
        if who:
            client.force_login(getattr(self, who))
            session = client.session
            session[PASSED] = True
            session.save()
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        return client

    def __getattr__(self, name: str) -> User:
        """`cast.officer` is the officer, read anew: scopes are kept on the object for one request only."""
        try:
            return User.objects.get(pk=self.people[name].pk)
        except KeyError:
            raise AttributeError(name) from None


ROLES = [
    "officer",  # of East Bank's station
    "station_head",  # of the same
    "dispatcher",  # of the district
    "supervisor",  # of the district
    "handler",  # of the water unit, which leads
    "head",  # of the water unit
    "road_handler",  # of the road unit
    "road_head",
    "deputy",  # of East Bank
    "far_officer",  # of Tea Garden's station
    "far_dispatcher",  # of Hillside only
    "neighbour",  # a resident with an account, not the petitioner
    "resident",  # the petitioner's account
    "system_admin",
    "security_admin",
    "auditor",
    "root",  # a superuser: opens nothing
]


def build() -> Cast:
    """Create the town and its people."""
    cast = Cast()
    _areas(cast)
    _units(cast)
    for kind in ("suggestion", "accusation", "claim"):
        for urgency, days in (("urgent", 1), ("ordinary", 5), ("complex", 15)):
            ServiceLevel.objects.create(
                kind=kind,
                urgency=urgency,
                reply_wd=days,
                **({"sign_hours": 2} if urgency == "urgent" else {"sign_wd": 1}),
                escalation_wd=[0, 1, 3],
                statutory_days=60 if kind == "claim" else None,
            )
    _people(cast)
    return cast


def _areas(cast: Cast) -> None:
    def area(code: str, name: str, name_en: str, level: str, parent: str = "") -> None:
        above = cast.area.get(parent)
        cast.area[code] = Area.objects.create(
            code=code,
            name=name,
            name_en=name_en,
            level=level,
            parent=above,
            path=f"{above.path if above else ''}{code}.",
        )

    area("440310", "莲花区", "Lotus District", "district")
    area("RS", "河畔街道", "Riverside", "subdistrict", "440310")
    area("EB", "东岸社区", "East Bank", "community", "RS")
    area("WB", "西岸社区", "West Bank", "community", "RS")
    area("HS", "山边街道", "Hillside", "subdistrict", "440310")
    area("TG", "茶园社区", "Tea Garden", "community", "HS")


def _units(cast: Cast) -> None:
    def unit(code: str, name: str, name_en: str, kind: str = "bureau") -> None:
        cast.unit[code] = Department.objects.create(
            code=code, name=name, name_en=name_en, area=cast.area["440310"], kind=kind, active_from=date(2020, 1, 1)
        )

    unit("water", "水务局", "Water Bureau")
    unit("road", "交通局", "Road Bureau")
    unit("park", "园林局", "Parks Bureau")
    unit("discipline", "纪检监察组", "Discipline Inspection", "discipline")

    def category(code: str, name: str, name_en: str, words: list[str], *, restricted: bool = False) -> None:
        cast.category[code] = Category.objects.create(
            code=code, name=name, name_en=name_en, keywords=words, path=f"{code}.", restricted=restricted
        )

    category("drain", "下水道", "Drains", ["下水道", "井盖", "积水"])
    category("road", "道路", "Roads", ["路面", "坑洼"])
    category("noise", "噪声", "Noise", ["噪音"])
    category("conduct", "党纪政纪", "Official conduct", ["贪污"], restricted=True)

    def rule(category: str, unit: str, *co: str) -> None:
        line = Responsibility.objects.create(
            category=cast.category[category],
            area=cast.area["440310"],
            lead=cast.unit[unit],
            valid_from=date(2020, 1, 1),
            weight=100,
        )
        line.co_units.set([cast.unit[code] for code in co])

    rule("drain", "water", "road")
    rule("road", "road")


def _people(cast: Cast) -> None:
    for role in ROLES:
        phones = {"resident": RESIDENT_PHONE, "neighbour": "13800000001"}
        cast.people[role] = User.objects.create_user(
            role, display_name=role.title(), language="en", phone=phones.get(role, "")
        )
    people = cast.people
    for unit, handler, head in (("water", "handler", "head"), ("road", "road_handler", "road_head")):
        Membership.objects.create(user=people[handler], department=cast.unit[unit], role="handler")
        Membership.objects.create(user=people[head], department=cast.unit[unit], role="head")
    for role, area in (("dispatcher", "440310"), ("supervisor", "440310")):
        Office.objects.create(user=people[role], area=cast.area[area], role=role)
    Office.objects.create(user=people["far_dispatcher"], area=cast.area["HS"], role="dispatcher")
    cast.seat = Deputy.objects.create(
        code="D1",
        user=people["deputy"],
        name="何代表",
        name_en="Deputy He",
        level="county",
        term=7,
        area=cast.area["EB"],
    )
    east = {"officer": people["officer"], "head": people["station_head"], "area": cast.area["EB"]}
    cast.station["east"] = Station.objects.create(
        code="east", name="东岸联络站", name_en="East Bank station", kind="liaison_station", **east
    )
    cast.station["tea"] = Station.objects.create(
        code="tea",
        name="茶园联络站",
        name_en="Tea Garden station",
        kind="liaison_station",
        officer=people["far_officer"],
        area=cast.area["TG"],
    )
    cast.station["east"].deputies.add(cast.seat)
    for role, kind in (("system_admin", "system"), ("security_admin", "security"), ("auditor", "auditor")):
        AdminRole.objects.create(user=people[role], kind=kind)
    User.objects.filter(pk=people["root"].pk).update(is_superuser=True, is_staff=True)


def at(text: str) -> datetime:
    """An instant in Shanghai: `at("2026-11-20 10:00")` (a Friday)."""
    from directory.calendar import SHANGHAI

    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


Payload = dict[str, Any]
