"""Receptions by page: planned, announced three days before or by exception, held, called off; who may do what."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from directory.calendar import SHANGHAI
from journal.models import Entry, Outbox
from notifications.models import Delivery
from stations.actions import receptions as actions
from stations.actions.receptions import Session
from stations.actions.telling import tell
from stations.models import Reception, ReceptionDuty, ReceptionRule
from stations.series import Every, starts

pytestmark = pytest.mark.django_db
ROLES_OUT = ["handler", "deputy", "resident", "neighbour", "system_admin", "root"]


def day(ahead: int) -> date:
    return timezone.localdate() + timedelta(days=ahead)


def fields(ahead: int = 5, **more) -> dict:
    return {
        "date": day(ahead).isoformat(), "starts": "09:00", "ends": "11:30", "topic": "物业管理", "capacity": "20",
        "slot_minutes": "15", "deputies": "D1", **more,
    }  # fmt: skip


def planned(cast, ahead: int = 5, *, duty: bool = True, hours: tuple[int, int] = (9, 11)) -> Reception:
    start = datetime.combine(day(ahead), datetime.min.time(), tzinfo=SHANGHAI)
    return actions.plan(
        station=cast.station["east"],
        session=Session(starts_at=start + timedelta(hours=hours[0]), ends_at=start + timedelta(hours=hours[1])),
        deputies=[cast.seat] if duty else [],
        by=cast.officer,
        now=min(timezone.now(), start - timedelta(days=1)),
    )


def at(reception: Reception, hour: float) -> datetime:
    return timezone.localtime(reception.starts_at).replace(hour=0, minute=0) + timedelta(hours=hour)


def test_the_officer_plans_and_everybody_reads_it_once_announced(sit, cast, client):
    answer = sit("officer").post("/desk/stations/east/receptions/new/", fields())
    made = Reception.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/desk/receptions/{made.pk}/"
    assert timezone.localtime(made.starts_at).hour == 9
    assert client.get(f"/receptions/{made.pk}/").status_code == 404
    assert sit("officer").post(f"/desk/receptions/{made.pk}/publish/", {}).status_code == 302

    made.refresh_from_db()
    assert made.state == "published"
    assert "物业管理" in client.get(f"/receptions/{made.pk}/").content.decode()
    assert "东岸联络站" in client.get("/receptions/").content.decode()
    assert [entry.action for entry in Entry.objects.filter(matter_type="reception")] == ["planned", "published"]


@pytest.mark.parametrize("who", ROLES_OUT)
def test_others_find_no_desk_of_stations(sit, cast, who):
    made = planned(cast)
    client = sit(who)
    for address in ("/desk/stations/", "/desk/stations/east/", f"/desk/receptions/{made.pk}/", "/desk/days/"):
        assert client.get(address).status_code == 404, address
    assert client.post("/desk/stations/east/receptions/new/", fields()).status_code == 404
    assert client.post(f"/desk/receptions/{made.pk}/publish/", {}).status_code == 404
    assert Reception.objects.count() == 1


def test_the_officer_of_another_station_finds_nothing_here(sit, cast):
    made = planned(cast)
    client = sit("far_officer")

    assert client.get("/desk/stations/").status_code == 200
    for address in ("/desk/stations/east/", "/desk/stations/east/receptions/new/", f"/desk/receptions/{made.pk}/"):
        assert client.get(address).status_code == 404, address
    assert sit("far_dispatcher").get(f"/desk/receptions/{made.pk}/").status_code == 404
    assert sit("dispatcher").get(f"/desk/receptions/{made.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"date": day(-1).isoformat()}, "future"),
        ({"ends": "08:00"}, "ends after it starts"),
        ({"capacity": "0"}, "capacity"),
        ({"every": "week"}, "last day of the series"),
        ({"every": "week", "until": day(900).isoformat()}, "sessions"),
    ],
)
def test_what_cannot_be_is_told_and_what_was_typed_stays(sit, cast, change, where):
    answer = sit("officer").post("/desk/stations/east/receptions/new/", fields(**change))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert where in page
    assert "物业管理" in page
    assert not Reception.objects.exists()


def test_a_series_is_planned_and_announced_together(sit, cast):
    until = day(5 + 21).isoformat()
    sit("officer").post("/desk/stations/east/receptions/new/", fields(every="week", until=until))
    rows = list(Reception.objects.all())
    assert len(rows) == 4
    assert len({row.series for row in rows}) == 1
    sit("officer").post(f"/desk/receptions/{rows[0].pk}/publish-series/", {})

    assert set(Reception.objects.values_list("state", flat=True)) == {"published"}


def test_the_station_and_the_deputy_are_in_one_place_at_a_time(sit, cast):
    planned(cast)
    twice = sit("officer").post("/desk/stations/east/receptions/new/", fields(starts="10:00", ends="12:00"))
    assert "already has a reception" in twice.content.decode()

    cast.station["tea"].deputies.add(cast.seat)
    elsewhere = sit("far_officer").post("/desk/stations/tea/receptions/new/", fields(starts="10:30", ends="12:00"))
    assert "On duty elsewhere" in elsewhere.content.decode()
    assert Reception.objects.count() == 1


def test_three_days_of_notice_or_an_exception_of_the_commission(sit, cast, client):
    made = planned(cast, ahead=2)
    late = sit("officer").post(f"/desk/receptions/{made.pk}/publish/", {})
    assert late.status_code == 422
    assert "at least 3 days before" in late.content.decode()
    asked = {"exception": "emergency", "reason": "台风过后积水，需当面听取意见"}
    assert "Only the commission" in sit("officer").post(f"/desk/receptions/{made.pk}/publish/", asked).content.decode()
    without = sit("dispatcher").post(f"/desk/receptions/{made.pk}/publish/", {"exception": "emergency"})
    assert "Say why" in without.content.decode()
    assert sit("dispatcher").post(f"/desk/receptions/{made.pk}/publish/", asked).status_code == 302

    assert "台风过后积水" in client.get(f"/receptions/{made.pk}/").content.decode()
    entry = Entry.objects.get(matter_type="reception", action="published")
    assert (entry.data["exception"], entry.note, entry.visibility) == ("emergency", asked["reason"], "public")


def test_exactly_three_days_ahead_is_in_time_and_the_rule_is_data(cast):
    made = planned(cast, ahead=3)
    assert actions.in_time(made.starts_at, timezone.now())
    ReceptionRule.objects.create(notice_days=4)
    from directory import queries

    queries.invalidate()
    assert not actions.in_time(made.starts_at, timezone.now())


def test_without_a_deputy_it_is_not_announced(sit, cast):
    made = planned(cast, duty=False)

    assert (
        "Name at least one deputy" in sit("officer").post(f"/desk/receptions/{made.pk}/publish/", {}).content.decode()
    )


def test_an_announced_time_moves_only_as_far_as_the_notice_allows(sit, cast):
    made = planned(cast, ahead=6)
    actions.publish(reception=made, by=cast.officer, now=timezone.now())
    near = sit("officer").post(f"/desk/receptions/{made.pk}/", fields(ahead=1))
    assert near.status_code == 422
    far = sit("officer").post(f"/desk/receptions/{made.pk}/", fields(ahead=8))
    assert far.status_code == 302

    made.refresh_from_db()
    assert (timezone.localdate(made.starts_at), made.sequence) == (day(8), 1)


def test_it_is_opened_attended_and_held_on_its_day(cast):
    made = planned(cast)
    officer = cast.officer
    actions.publish(reception=made, by=officer, now=timezone.now())
    with pytest.raises(actions.CannotClose):
        actions.open_(reception=made, by=officer, now=timezone.now())
    with pytest.raises(actions.CannotClose):
        actions.attend(reception=made, deputy=cast.seat, attended=True, by=officer, now=timezone.now())
    actions.open_(reception=made, by=officer, now=at(made, 9))
    actions.attend(reception=made, deputy=cast.seat, attended=True, by=officer, now=at(made, 9.1))
    actions.close(reception=made, by=officer, now=at(made, 11.5))

    held = Entry.objects.get(matter_type="reception", action="held")
    assert held.data == {"deputies": [cast.seat.pk], "station": cast.station["east"].pk}
    with pytest.raises(actions.CannotClose):
        actions.attend(reception=made, deputy=cast.seat, attended=False, by=officer, now=at(made, 12))


def test_who_is_noted_later_has_held_it_too_and_only_once(cast):
    made = planned(cast)
    actions.publish(reception=made, by=cast.officer, now=timezone.now())
    actions.open_(reception=made, by=cast.officer, now=at(made, 9))
    actions.close(reception=made, by=cast.officer, now=at(made, 11))
    actions.attend(reception=made, deputy=cast.seat, attended=True, by=cast.officer, now=at(made, 15))

    entries = Entry.objects.filter(matter_type="reception", action="held").order_by("id")
    assert [entry.data["deputies"] for entry in entries] == [[], [cast.seat.pk]]


def test_what_was_left_open_overnight_is_closed_by_the_clock_and_counts_on_its_day(sit, cast):
    opened, noted, nobody = [planned(cast, hours=hours) for hours in ((9, 10), (11, 12), (14, 15))]
    for each in (opened, noted, nobody):
        actions.publish(reception=each, by=cast.officer, now=timezone.now())
    actions.open_(reception=opened, by=cast.officer, now=at(opened, 9))
    for each in (opened, noted):
        actions.attend(reception=each, deputy=cast.seat, attended=True, by=cast.officer, now=at(each, 11))
    assert actions.settle(now=at(opened, 23.9)) == 0
    assert actions.settle(now=at(opened, 24.1)) == 2
    assert actions.settle(now=at(opened, 24.2)) == 0

    held = Entry.objects.filter(matter_type="reception", action="held").order_by("at")
    assert [(each.matter_id, each.at, each.actor, each.actor_kind) for each in held] == [
        (each.pk, each.ends_at, None, "system") for each in (opened, noted)
    ]
    nobody.refresh_from_db()
    assert nobody.state == "published"
    over = timedelta(days=6)
    Reception.objects.filter(pk=nobody.pk).update(starts_at=nobody.starts_at - over, ends_at=nobody.ends_at - over)
    assert "Not opened" in sit("officer").get("/desk/receptions/?show=past").content.decode()
    assert "note who came" in sit("officer").get(f"/desk/receptions/{nobody.pk}/").content.decode()


def test_attendance_by_page(sit, cast):
    made = planned(cast)
    actions.publish(reception=made, by=cast.officer, now=timezone.now())
    Reception.objects.filter(pk=made.pk).update(
        starts_at=timezone.now() - timedelta(minutes=5), ends_at=timezone.now() + timedelta(hours=2), state="open"
    )
    address = f"/desk/receptions/{made.pk}/attendance/D1/"
    assert sit("officer").post(address, {"attended": "no", "reason": "出差"}).status_code == 302
    assert ReceptionDuty.objects.get().absence_reason == "出差"
    assert sit("far_officer").post(address, {"attended": "yes"}).status_code == 404
    sit("officer").post(address, {"attended": "yes"})

    duty = ReceptionDuty.objects.get()
    assert (duty.attended, duty.absence_reason, duty.noted_by.username) == (True, "", "officer")


def test_called_off_with_a_reason_that_everybody_reads(sit, cast, client):
    made = planned(cast)
    actions.publish(reception=made, by=cast.officer, now=timezone.now())
    assert sit("officer").post(f"/desk/receptions/{made.pk}/cancel/", {}).status_code == 422
    sit("officer").post(f"/desk/receptions/{made.pk}/cancel/", {"cancel-reason": "代表外出视察"})

    assert "代表外出视察" in client.get(f"/receptions/{made.pk}/").content.decode()
    assert "东岸联络站" not in client.get("/receptions/").content.decode()
    again = sit("officer").post(f"/desk/receptions/{made.pk}/open/", {}, follow=True)
    assert "not possible any more" in again.content.decode()


@pytest.mark.parametrize(
    ("every", "until", "expected"),
    [
        ("once", "2026-12-31", ["2026-10-30"]),
        ("week", "2026-11-13", ["2026-10-30", "2026-11-06", "2026-11-13"]),
        ("fortnight", "2026-11-27", ["2026-10-30", "2026-11-13", "2026-11-27"]),
        ("month_day", "2027-03-01", ["2026-10-30", "2026-11-30", "2026-12-30", "2027-01-30", "2027-02-28"]),
        ("month_weekday", "2027-01-31", ["2026-10-30", "2027-01-29"]),
    ],
)
def test_the_days_of_a_series(every, until, expected):
    first = datetime(2026, 10, 30, 9, 30, tzinfo=SHANGHAI)
    found = starts(first, every=Every(every), until=date.fromisoformat(until))

    assert [moment.date().isoformat() for moment in found] == expected
    assert {moment.strftime("%H:%M") for moment in found} == {"09:30"}


PAGES = [
    ("officer", "/desk/receptions/"),
    ("officer", "/desk/stations/"),
    ("officer", "/desk/stations/east/"),
    (None, "/receptions/"),
    (None, "/stations/"),
    (None, "/stations/east/"),
    (None, "/receptions/calendar.ics"),
]


def test_lists_take_as_many_statements_for_fifty_as_for_five(sit, cast):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    taken: dict[str, list[int]] = {}
    for count in (5, 45):
        for number in range(count):
            planned(cast, ahead=10 + number + count, hours=(9, 11))
        Reception.objects.update(state="published", published_at=timezone.now())
        for who, address in PAGES:
            client = sit(who)
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            taken.setdefault(address, []).append(len(captured))

    assert all(few == many for few, many in taken.values()), taken


def test_the_deputies_on_duty_are_told_and_the_outbox_is_worked_off(cast):
    made = planned(cast)
    actions.publish(reception=made, by=cast.officer, now=timezone.now())
    actions.cancel(reception=made, reason="台风", by=cast.officer, now=timezone.now())
    while tell(now=timezone.now()):
        pass
    bodies = list(Delivery.objects.filter(user=cast.deputy).order_by("pk").values_list("body", flat=True))

    assert len(bodies) == 2
    assert "You are on duty at a reception: East Bank station" in bodies[0]
    assert "台风" in bodies[1]
    assert not Outbox.objects.exists()
