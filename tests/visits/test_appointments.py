"""Appointments: booked, moved, cancelled, reminded of; departments say yes or no; who may see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.queries import consent_texts
from journal.models import Entry, Outbox
from notifications.models import Delivery
from stations.actions.appointments import remind
from stations.actions.telling import tell
from stations.models import Reception, Station
from stations.models.appointments import Appointment
from tests.cast import RESIDENT_PHONE, ROLES

pytestmark = pytest.mark.django_db


def wanted(**changes):
    values = {
        "station": "east",
        "occasion": "talk",
        "subject": "想当面谈谈老旧小区加装电梯的事。",
        "phone": RESIDENT_PHONE,
        "name": "王芳",
        "consent_version": consent_texts().version,
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


@pytest.fixture
def ahead(cast):
    """A reception in three days, four places of a quarter of an hour."""
    now = timezone.now().replace(second=0, microsecond=0)
    return Reception.objects.create(
        station=cast.station["east"],
        starts_at=now + timedelta(days=3),
        ends_at=now + timedelta(days=3, hours=1),
        capacity=4,
        slot_minutes=15,
        state="published",
        state_since=now,
        published_at=now,
    )


@pytest.fixture
def book(api):
    def one(who=None, *, key=None, **changes):
        headers = {"Idempotency-Key": key} if key else {}
        return api(who).post("/api/v1/appointments/", wanted(**changes), format="json", headers=headers)

    return one


def test_a_place_is_booked_without_an_account_and_confirmed_at_once(book, ahead):
    answer = book(reception=ahead.pk)

    assert answer.status_code == 201, answer.content.decode()
    made = Appointment.objects.get()
    assert (made.state, made.place, made.starts_at) == ("confirmed", 1, ahead.starts_at)
    assert made.contact.phone == RESIDENT_PHONE
    assert "王芳" not in str(Entry.objects.get(matter_type="appointment").data)
    tell(now=timezone.now())
    message = Delivery.objects.get(channel="sms")
    assert made.spoken_reference in message.body
    assert not Outbox.objects.filter(matter_type="appointment").exists()


def test_each_place_once_and_then_the_next_free_ones(book, ahead, cast):
    later = Reception.objects.create(
        station=cast.station["east"], starts_at=ahead.starts_at + timedelta(days=7),
        ends_at=ahead.ends_at + timedelta(days=7), capacity=2, slot_minutes=30, state="published",
        state_since=timezone.now(), published_at=timezone.now(),
    )  # fmt: skip
    for place in (1, 2, 3, 4):
        assert book(reception=ahead.pk, place=place, phone=f"1380000000{place}").status_code == 201

    refused = book(reception=ahead.pk)
    assert refused.status_code == 409
    assert "All places" in refused.json()["detail"]
    assert [slot["reception"] for slot in refused.json()["slots"]] == [later.pk, later.pk]
    assert Appointment.objects.count() == 4


def test_a_place_just_taken_names_the_others(book, ahead):
    book(reception=ahead.pk, place=2)

    refused = book(reception=ahead.pk, place=2, phone="13800000002")
    assert refused.status_code == 409
    assert "just been taken" in refused.json()["detail"]
    assert [slot["place"] for slot in refused.json()["slots"]] == [1, 3, 4]


def test_sent_twice_it_is_one(book, ahead):
    first, again = (book(key="k-1", reception=ahead.pk) for _ in range(2))

    assert first.json()["reference"] == again.json()["reference"]
    assert Appointment.objects.count() == 1
    assert book(key="k-1", reception=ahead.pk, subject="另一件事").status_code == 400


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"occasion": "dinner"}, "occasion"),
        ({"subject": " "}, "subject"),
        ({"phone": "1"}, "phone"),
        ({"station": "nowhere"}, "station"),
        ({"consent_version": "0"}, "consent_version"),
        ({"enterprise": "河畔科技有限公司"}, "enterprise"),
        ({"place": 1}, "place"),
        ({"reception": 99999999}, "reception"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(book, ahead, changes, field):
    answer = book(**changes)

    assert answer.status_code == 400
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Appointment.objects.exists()


def test_an_enterprise_books_at_a_building_station(book, ahead):
    Station.objects.filter(code="east").update(kind="building_station")

    assert book(reception=ahead.pk, enterprise="河畔科技有限公司", occasion="build").status_code == 201
    assert Appointment.objects.get().enterprise == "河畔科技有限公司"


def test_a_meeting_is_asked_for_and_agreed_on(book, api, cast):
    made = book(deputy="D1", wish="周末下午").json()
    assert made["state"] == "requested"
    begins = timezone.now() + timedelta(days=2)
    times = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(minutes=40)).isoformat()}

    url = f"/api/v1/appointments/{made['reference']}/actions/"
    assert api("far_officer").post(url + "confirm/", times, format="json").status_code == 404
    done = api("deputy").post(url + "confirm/", times, format="json")
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    assert api("deputy").post(url + "confirm/", times, format="json").status_code == 409

    other = book(deputy="D1", wish="周末下午", phone="13800000002").json()["reference"]
    clash = api("officer").post(f"/api/v1/appointments/{other}/actions/confirm/", times, format="json")
    assert (clash.status_code, clash.json()["errors"][0]["field"]) == (400, "starts_at")


def test_moved_and_cancelled_by_whoever_holds_reference_and_number(book, api, ahead):
    reference = book(reception=ahead.pk, place=1).json()["reference"]
    tail, url = {"phone_tail": RESIDENT_PHONE[-4:]}, f"/api/v1/appointments/{reference}/"

    assert api().post(url + "open/", {"phone_tail": "0000"}, format="json").status_code == 404
    assert api().post(url + "open/", tail, format="json").json()["place"] == 1
    moved = api().post(url + "move/", {**tail, "reception": ahead.pk, "place": 3}, format="json")
    assert (moved.status_code, moved.json()["place"], moved.json()["moves"]) == (200, 3, 1)
    assert book(reception=ahead.pk, place=1, phone="13800000002").status_code == 201  # free again
    gone = api().post(url + "cancel/", tail, format="json")
    assert gone.json()["state"] == "cancelled"
    assert book(reception=ahead.pk, place=3, phone="13800000003").status_code == 201
    assert api().post(url + "cancel/", tail, format="json").status_code == 409


def test_guessing_is_locked_out(book, api, ahead):
    reference = book(reception=ahead.pk).json()["reference"]
    url = f"/api/v1/appointments/{reference}/open/"
    for _ in range(5):
        assert api().post(url, {"phone_tail": "0000"}, format="json").status_code == 404

    assert api().post(url, {"phone_tail": RESIDENT_PHONE[-4:]}, format="json").status_code == 429


def test_no_more_than_three_moves(book, api, ahead):
    reference = book(reception=ahead.pk, place=1).json()["reference"]
    url = f"/api/v1/appointments/{reference}/move/"
    values = {"phone_tail": RESIDENT_PHONE[-4:], "reception": ahead.pk}
    for place in (2, 3, 4):
        assert api().post(url, {**values, "place": place}, format="json").status_code == 200

    assert api().post(url, {**values, "place": 1}, format="json").status_code == 409


def test_departments_are_invited_and_answer(book, api, ahead):
    reference = book(reception=ahead.pk).json()["reference"]
    url = f"/api/v1/appointments/{reference}/actions/"
    assert api("head").post(url + "answer/", {"department": "water", "comes": True}, format="json").status_code == 404

    assert api("officer").post(url + "invite/", {"department": "water"}, format="json").status_code == 200
    seen = api("head").get("/api/v1/appointments/agenda/").json()["results"]
    assert [(row["reference"], row["name"], row["phone"]) for row in seen] == [(reference, "", "")]
    assert api("head").post(url + "cancel/", {"reason": "x"}, format="json").status_code == 403
    no = api("head").post(url + "answer/", {"department": "water", "comes": False}, format="json")
    assert (no.status_code, no.json()["errors"][0]["field"]) == (400, "note")
    yes = api("head").post(url + "answer/", {"department": "water", "comes": True}, format="json")
    assert yes.json()["invitations"][0]["state"] == "yes"
    assert api("road_head").get("/api/v1/appointments/agenda/").json()["results"] == []
    tell(now=timezone.now())
    assert Delivery.objects.filter(channel="inbox", subject__contains="invited").exists()


READERS = {"officer", "station_head", "dispatcher", "supervisor", "deputy"}


def test_who_sees_it(book, api, ahead):
    book(reception=ahead.pk, deputy="D1")

    found = {who for who in ROLES if api(who).get("/api/v1/appointments/agenda/").json()["results"]}
    assert found == READERS
    assert api("officer").get("/api/v1/appointments/agenda/").json()["results"][0]["phone"] == RESIDENT_PHONE


def test_reminded_once_within_a_day(book, ahead):
    book(reception=ahead.pk)
    Outbox.objects.all().delete()
    assert remind(now=timezone.now()) == 0

    near = ahead.starts_at - timedelta(hours=20)
    assert (remind(now=near), remind(now=near)) == (1, 0)
    tell(now=near)
    assert "reminder" in Delivery.objects.get().body or "提醒" in Delivery.objects.get().body


def test_it_took_place_or_nobody_came(book, api, ahead):
    kept, missed = (book(reception=ahead.pk, phone=f"1380000000{n}").json()["reference"] for n in (1, 2))
    url = "/api/v1/appointments/{}/actions/{}/"
    assert api("officer").post(url.format(kept, "keep"), {}, format="json").status_code == 409  # not yet

    past = timezone.now() - timedelta(hours=1)
    Appointment.objects.update(starts_at=past, ends_at=past + timedelta(minutes=15))
    assert api("officer").post(url.format(kept, "keep"), {}, format="json").json()["state"] == "kept"
    assert api("officer").post(url.format(missed, "miss"), {}, format="json").json()["state"] == "no_show"
    assert api("officer").post(url.format(kept, "juggle"), {}, format="json").status_code == 404


def test_a_cancelled_reception_cannot_be_booked(book, ahead):
    Reception.objects.update(state="cancelled")

    assert book(reception=ahead.pk).status_code == 409


def test_the_agenda_asks_no_more_for_many(book, api, ahead, django_assert_max_num_queries):
    for number in range(4):
        book(reception=ahead.pk, phone=f"1380000000{number}")
    client = api("officer")
    with django_assert_max_num_queries(10) as seen:
        assert len(client.get("/api/v1/appointments/agenda/").json()["results"]) == 4
    with django_assert_max_num_queries(len(seen)):
        client.get("/api/v1/appointments/agenda/?page_size=1")


# --- Pages ---------------------------------------------------------------------------------------------------------


def test_the_page_books_keeps_what_was_typed_and_opens_again(client, ahead):
    form = client.get(f"/appointments/new/?reception={ahead.pk}").context["form"]
    values = {**wanted(), "station": "east", "key": form.initial["key"], "slot": f"{ahead.pk}-2"}

    wrong = client.post("/appointments/new/", {**values, "phone": "1"})
    assert wrong.status_code == 422
    assert "加装电梯" in wrong.content.decode()
    done = client.post("/appointments/new/", values)
    made = Appointment.objects.get()
    assert done.url == f"/appointments/{made.reference}/"
    assert client.get(done.url).status_code == 200

    client.cookies.clear()
    assert client.get(done.url).status_code == 302
    opened = client.post("/appointments/", {"reference": made.reference, "phone_tail": RESIDENT_PHONE[-4:]})
    assert opened.url == done.url
    assert client.post(done.url + "move/", {"slot": f"{ahead.pk}-4"}).status_code == 302
    made.refresh_from_db()
    assert made.place == 4
    client.post(done.url + "cancel/", {"reason": "孩子生病"})
    made.refresh_from_db()
    assert (made.state, made.cancelled_by_resident) == ("cancelled", True)


def test_the_page_tells_what_is_free_when_a_place_is_gone(client, book, ahead):
    form = client.get(f"/appointments/new/?reception={ahead.pk}").context["form"]
    book(reception=ahead.pk, place=2)

    answer = client.post(
        "/appointments/new/",
        {**wanted(phone="13800000009"), "station": "east", "key": form.initial["key"], "slot": f"{ahead.pk}-2"},
        headers={"accept-language": "en"},
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "just been taken" in page
    assert f'value="{ahead.pk}-3"' in page
    assert f'value="{ahead.pk}-2"' not in page


def test_the_desk_agrees_invites_and_notes(sit, book, ahead):
    reference = book(deputy="D1", wish="周末").json()["reference"]
    url = f"/desk/appointments/{reference}/"
    begins = timezone.localtime(timezone.now() + timedelta(days=2))
    times = {"starts_at": f"{begins:%Y-%m-%dT%H:%M}", "ends_at": f"{begins + timedelta(minutes=30):%Y-%m-%dT%H:%M}"}

    assert sit("officer").post(url + "time/", times).status_code == 302
    assert sit("officer").post(url + "invite/", {"unit": "water"}).status_code == 302
    assert RESIDENT_PHONE in sit("officer").get(url).content.decode()
    page = sit("head").get(url).content.decode()
    assert RESIDENT_PHONE not in page
    number = Appointment.objects.get().invitations.get().pk
    assert sit("head").post(f"{url}invitations/{number}/", {"comes": "no"}).status_code == 422
    assert sit("head").post(f"{url}invitations/{number}/", {"comes": "yes"}).status_code == 302
    assert sit("officer").post(url + "cancel/", {"reason": ""}).status_code == 422
    assert sit("officer").post(url + "cancel/", {"reason": "代表临时参会"}).status_code == 302
    assert Appointment.objects.get().state == "cancelled"


def test_who_reaches_the_desk_pages(sit, book, ahead):
    url = f"/desk/appointments/{book(reception=ahead.pk, deputy='D1').json()['reference']}/"

    assert {who for who in ROLES if sit(who).get(url).status_code == 200} == READERS
    assert sit("neighbour").get("/desk/appointments/").status_code == 404
    assert sit("head").get("/desk/appointments/").status_code == 200


def test_the_way_to_book_is_on_the_pages_of_stations_and_receptions(client, session):
    to = f"/appointments/new/?station=east&amp;reception={session.pk}"
    assert "/appointments/new/?station=east" in client.get("/stations/east/").content.decode()
    assert to in client.get("/receptions/").content.decode()
    assert to in client.get(f"/receptions/{session.pk}/").content.decode()
    assert client.get(to.replace("&amp;", "&")).context["reception"] == session

    Reception.objects.filter(pk=session.pk).update(state="cancelled")
    assert to not in client.get(f"/receptions/{session.pk}/").content.decode()
