"""Who acts in the demo year: the accounts that `createdemo` has made, looked up once."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from accounts.models import User
from deputies.models import Deputy
from directory.models import Area, Department
from dispatch.models import WorkOrder
from liaison import demo_people
from petitions.lifecycle import MATTER
from petitions.models import Petition
from stations.models import Station

FIRST_PHONE = 19910000000  # of a block that was given out to nobody


@dataclass
class Town:
    """Stations with their people, units with theirs, and the commission."""

    stations: list[Station]
    deputies: dict[int, list[Deputy]]
    users: dict[str, User]
    units: dict[str, Department]

    def station_user(self, station: Station, *, head: bool = False) -> User:
        """The liaison officer, or the head."""
        found = station.head if head else station.officer
        assert found is not None
        return fresh(found)

    def deputy_user(self, deputy: Deputy) -> User | None:
        """The account of a deputy."""
        return fresh(deputy.user) if deputy.user else None

    def dispatcher(self, area: Area) -> User:
        """The dispatcher of the area's sub-district, or of the district."""
        name = f"dispatcher-{demo_people.slug(area.parent)}" if area.parent else ""
        return fresh(self.users.get(name) or self.users["dispatcher"])

    @property
    def supervisor(self) -> User:
        """The supervisor of the district."""
        return fresh(self.users["supervisor"])

    def handler(self, unit: Department) -> User:
        """The unit's handler."""
        return fresh(self.users[f"handler-{unit.code}"])

    def head_of(self, unit: Department) -> User:
        """The unit's head."""
        return fresh(self.users[f"head-{unit.code}"])

    def phone(self, number: int) -> str:
        """A telephone number of an invented resident; every twentieth is the demo resident's own."""
        return demo_people.RESIDENT_PHONE if number % 20 == 7 else str(FIRST_PHONE + number)

    def name(self, number: int) -> str:
        """An invented name."""
        return demo_people.name(700 + number)


def fresh(user: User) -> User:
    """The user without what was kept on it: memberships change while the year goes by."""
    for kept in ("_petition_scope", "_unit_scope", "_station_scope"):
        user.__dict__.pop(kept, None)
    return user


def load() -> Town:
    """Look everybody up; five SELECTs."""
    stations = list(
        Station.objects.open()
        .filter(officer__isnull=False, head__isnull=False)
        .select_related("area__parent", "officer", "head")
        .order_by("code")
    )
    deputies: dict[int, list[Deputy]] = {station.pk: [] for station in stations}
    # Who has an account comes first: there is something on that desk.
    through = Station.deputies.through.objects.filter(station__in=stations)
    through = through.order_by(F("deputy__user").asc(nulls_last=True), "deputy__code")
    for link in through.select_related("deputy__user"):
        if link.deputy.is_active:
            deputies[link.station_id].append(link.deputy)
    return Town(
        stations=[station for station in stations if deputies[station.pk]],
        deputies=deputies,
        users={user.username: user for user in User.objects.exclude(username__startswith="phone")},
        units={unit.code: unit for unit in Department.objects.all()},
    )


def order_of(petition: Petition) -> WorkOrder:
    """The leading work order that is open, or the last one."""
    found = WorkOrder.objects.of(MATTER, petition.pk).exclude(kind="co").select_related("department").order_by("-pk")
    order = found.first()
    assert order is not None
    return order


def now_of(petition: Petition) -> Petition:
    """The petition as it is now."""
    return Petition.objects.select_related("contact", "area__parent", "station", "deputy__user").get(pk=petition.pk)
