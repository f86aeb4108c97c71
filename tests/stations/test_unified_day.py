"""A unified reception day: planned in one action, deputies shared out, live on one page, closed with a report."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deputies.models import Deputy
from directory.calendar import SHANGHAI
from journal.models import Entry
from petitions.unified_day import day_numbers
from stations.actions import days as actions
from stations.actions.days import DayPlan
from stations.assignment import assign
from stations.models import Reception, ReceptionDuty, Station, UnifiedDay, Visit
from tests.factories import PetitionFactory

pytestmark = pytest.mark.django_db


def in_days(ahead: int) -> date:
    return timezone.localdate() + timedelta(days=ahead)


def fields(ahead: int = 6, **more) -> dict:
    return {
        "date": in_days(ahead).isoformat(), "starts": "09:00", "ends": "17:00", "topic": "身边事",
        "capacity": "20", "slot_minutes": "15", **more,
    }  # fmt: skip


def planned(cast, ahead: int = 6) -> UnifiedDay:
    plan = DayPlan(area=cast.area["440310"], date=in_days(ahead), starts=time(9), ends=time(17), topic="身边事")
    found = actions.plan_day(
        plan=plan,
        stations=actions.chosen(plan.area, [], []),
        by=cast.supervisor,
        now=timezone.now() - timedelta(days=max(0, 7 - ahead)),
    )
    return found.day


def test_one_action_plans_a_session_at_every_station(sit, cast):
    answer = sit("dispatcher").post("/desk/days/new/", fields(), follow=True)

    day = UnifiedDay.objects.get()
    assert answer.redirect_chain == [(f"/desk/days/{day.pk}/", 302)]
    assert set(Reception.objects.values_list("station__code", flat=True)) == {"east", "tea"}
    assert ReceptionDuty.objects.get().reception.station.code == "east"
    assert "Without a deputy: Tea Garden station" in answer.content.decode()
    assert Entry.objects.filter(matter_type="reception", action="planned").count() == 2


def test_only_the_chosen_parts_and_kinds(sit, cast):
    sit("dispatcher").post("/desk/days/new/", fields(areas="HS", kinds="liaison_station"))

    assert [one.station.code for one in Reception.objects.all()] == ["tea"]


@pytest.mark.parametrize("who", ["officer", "station_head", "far_officer"])
def test_a_station_plans_no_day(sit, cast, who):
    assert sit(who).get("/desk/days/new/").status_code == 404
    assert sit(who).post("/desk/days/new/", fields()).status_code == 404
    day = planned(cast)
    assert sit(who).get(f"/desk/days/{day.pk}/").status_code == 404
    assert sit(who).post(f"/desk/days/{day.pk}/publish/", {}).status_code == 404


def test_another_sub_districts_commission_sees_the_day_only_once_announced(sit, cast):
    day = planned(cast)
    assert sit("far_dispatcher").get(f"/desk/days/{day.pk}/").status_code == 404
    actions.publish_day(day=day, by=cast.supervisor, now=timezone.now())
    client = sit("far_dispatcher")
    assert client.get(f"/desk/days/{day.pk}/").status_code == 200
    client.post(f"/desk/days/{day.pk}/cancel/", {"cancel-reason": "x"})

    assert UnifiedDay.objects.get().state == "published"


@pytest.mark.parametrize("change", [{"date": in_days(0).isoformat()}, {"ends": "08:00"}, {"topic": ""}])
def test_what_cannot_be_is_told(sit, cast, change):
    answer = sit("dispatcher").post("/desk/days/new/", fields(**change))

    assert answer.status_code == 422
    assert not UnifiedDay.objects.exists()


def test_twice_on_one_day_is_refused_and_busy_stations_are_left_out(sit, cast):
    day = planned(cast)
    again = sit("dispatcher").post("/desk/days/new/", fields())
    assert "There is a unified reception day" in again.content.decode()
    UnifiedDay.objects.filter(pk=day.pk).update(date=in_days(7))
    Station.objects.create(code="new", name="新站", kind="building_station", area=cast.area["WB"])
    answer = sit("dispatcher").post("/desk/days/new/", fields(), follow=True)

    assert "Left out" in answer.content.decode()
    assert [one.station.code for one in UnifiedDay.objects.latest("pk").receptions.all()] == ["new"]


def test_three_days_of_notice(sit, cast):
    day = planned(cast, ahead=2)
    late = sit("dispatcher").post(f"/desk/days/{day.pk}/publish/", {})
    assert late.status_code == 422
    granted = {"exception": "committee", "reason": "常委会统一部署"}
    assert sit("dispatcher").post(f"/desk/days/{day.pk}/publish/", granted).status_code == 302

    assert Reception.objects.get(state="published").notice_reason == "常委会统一部署"


def going(cast) -> UnifiedDay:
    """A day that is today, announced, its station with a deputy open and the deputy there."""
    day = planned(cast)
    actions.publish_day(day=day, by=cast.supervisor, now=timezone.now())
    UnifiedDay.objects.filter(pk=day.pk).update(date=timezone.localdate())
    start = datetime.combine(timezone.localdate(), time(0), tzinfo=SHANGHAI)
    Reception.objects.filter(day=day).update(starts_at=start, ends_at=start + timedelta(hours=23, minutes=59))
    Reception.objects.filter(day=day, station__code="east").update(state="open", opened_at=timezone.now())
    ReceptionDuty.objects.update(attended=True, attended_at=timezone.now())
    return UnifiedDay.objects.get()


def log(cast, client, number: int = 1, **more) -> None:
    day = UnifiedDay.objects.get()
    reception = Reception.objects.get(day=day, station__code="east")
    for _ in range(number):
        visit = Visit.objects.create(
            key=uuid.uuid4(), digest="x", logged_by=cast.officer, logged_at=timezone.now(),
            came_at=timezone.now(), station=reception.station, area=cast.area["EB"], reception=reception,
            group_size=3, words="下水道堵了。",
        )  # fmt: skip
        PetitionFactory(area=cast.area["EB"], station=reception.station, visit=visit, **more)


def test_the_live_page_counts_what_happens(sit, cast, client):
    day = going(cast)
    log(cast, client, 2, lead_unit=cast.unit["water"])
    log(cast, client, 1, lead_unit=cast.unit["water"], replied_at=timezone.now())
    log(cast, client, 1)
    total = day_numbers(day).total

    assert (total.stations, total.open, total.on_duty, total.present) == (2, 1, 1, 1)
    assert (total.received, total.visits, total.raised, total.routed, total.answered) == (12, 4, 4, 3, 1)
    partial = sit("dispatcher").get(f"/desk/days/{day.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in partial
    assert "Riverside" in partial
    assert 'hx-trigger="every 5s"' in sit("dispatcher").get(f"/desk/days/{day.pk}/").content.decode()
    assert "every 10s" in client.get(f"/days/{day.pk}/").content.decode()


def test_the_live_page_takes_at_most_twelve_statements_however_much_there_is(sit, cast, client):
    day = going(cast)
    taken = []
    for number in (0, 30):
        log(cast, client, number)
        desk = sit("dispatcher")
        desk.get(f"/desk/days/{day.pk}/")
        for who, address in ((desk, f"/desk/days/{day.pk}/"), (client, f"/days/{day.pk}/")):
            with CaptureQueriesContext(connection) as captured:
                assert who.get(address).status_code == 200
            taken.append(len(captured))

    assert taken[:2] == taken[2:]
    assert max(taken) <= 12, taken


def test_the_closing_report_keeps_the_numbers_and_the_facts_of_duty(sit, cast, client):
    day = going(cast)
    log(cast, client, 2)
    answer = sit("supervisor").post(f"/desk/days/{day.pk}/close/", {"conclusion": "反映集中在排水问题。"})
    assert answer.status_code == 302
    log(cast, client, 5)
    day.refresh_from_db()

    assert (day.state, day.report["total"]["raised"], day.report["total"]["open"]) == ("closed", 2, 1)
    assert "反映集中在排水问题。" in client.get(f"/days/{day.pk}/").content.decode()
    held = Entry.objects.get(matter_type="reception", action="held")
    assert held.data == {"station": cast.station["east"].pk, "deputies": [cast.seat.pk]}
    assert Reception.objects.get(station__code="east").state == "closed"


def test_called_off_before_it_begins_and_not_after(sit, cast):
    day = planned(cast)
    sit("supervisor").post(f"/desk/days/{day.pk}/cancel/", {"cancel-reason": "台风"})
    assert set(Reception.objects.values_list("state", flat=True)) == {"cancelled"}
    again = sit("dispatcher").post("/desk/days/new/", fields())
    assert again.status_code == 302


def test_not_announced_is_not_found_by_everybody(cast, client):
    day = planned(cast)

    assert client.get(f"/days/{day.pk}/").status_code == 404
    assert client.get("/days/999999/").status_code == 404


def test_the_number_of_statements_does_not_depend_on_the_number_of_stations(cast):
    planned(cast, ahead=5)  # what the process keeps is loaded
    taken = []
    for number, ahead in ((3, 10), (40, 20)):
        for n in range(number):
            station = Station.objects.create(
                code=f"s{ahead}-{n}", name=f"站{ahead}{n}", kind="liaison_station", area=cast.area["WB"]
            )
            deputy = Deputy.objects.create(
                code=f"X{ahead}-{n}", name="代表", level="county", term=7, area=cast.area["WB"]
            )
            station.deputies.add(deputy)
        with CaptureQueriesContext(connection) as captured:
            planned(cast, ahead=ahead)
        taken.append(len(captured))

    assert taken[0] == taken[1], taken


@pytest.mark.parametrize(
    ("choices", "load", "expected"),
    [
        ({1: [10], 2: [10, 20]}, {}, {10: [1], 20: [2]}),  # the one with a choice goes where nobody else can
        ({1: [10, 20], 2: [10, 20], 3: [10, 20]}, {1: 9}, {10: [2], 20: [3]}),  # the least loaded first
        ({1: [30]}, {}, {10: [], 20: []}),  # a station that was not chosen
    ],
)
def test_deputies_are_shared_out(choices, load, expected):
    found = assign([10, 20], choices, load)

    for station, first in expected.items():
        assert found[station][: len(first)] == first
    everyone = [deputy for deputies in found.values() for deputy in deputies]
    assert len(everyone) == len(set(everyone))
