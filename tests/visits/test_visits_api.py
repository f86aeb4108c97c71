"""Visits through the API: written down once, raised once, read by those who may."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Contact
from journal.models import Entry
from notifications.models import Delivery
from petitions.actions.telling import tell
from petitions.models import Petition
from petitions.visits import owner_of
from stations.models import Visit
from tests.cast import ROLES
from tests.petitions.test_attachments import picture
from tests.visits.conftest import WORDS, visit_payload

pytestmark = pytest.mark.django_db


def test_a_deputy_writes_a_visit_down(send, session, cast):
    answer = send()

    assert answer.status_code == 201, answer.content.decode()
    visit = Visit.objects.get()
    assert visit.words == WORDS
    assert visit.contact.name == "王芳"
    assert list(visit.deputies.all()) == [cast.seat]
    assert visit.reception == session
    entry = Entry.objects.get(matter_type="visit", matter_id=visit.pk)
    assert (entry.action, entry.actor_kind) == ("logged", "deputy")
    assert entry.data["deputies"] == [cast.seat.pk]
    assert entry.data["station"] == cast.station["east"].pk
    assert "王芳" not in str(entry.data)


def test_sent_again_it_is_the_same_visit(api):
    payload = visit_payload(raised=True)
    first, second = (api("deputy").post("/api/v1/visits/", payload, format="json") for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["reference"] == second.json()["reference"]
    assert Visit.objects.count() == Petition.objects.count() == Contact.objects.count() == 1


def test_the_same_number_with_other_words_is_a_conflict(api):
    payload = visit_payload()
    api("deputy").post("/api/v1/visits/", payload, format="json")

    answer = api("deputy").post("/api/v1/visits/", payload | {"words": "另一件事。"}, format="json")

    assert answer.status_code == 409
    assert Visit.objects.get().words == WORDS


def test_two_people_may_happen_on_one_number(send):
    key = str(uuid.uuid4())

    assert send("deputy", key=key).status_code == 201
    assert send("officer", key=key, phone="13800000009").status_code == 201
    assert Visit.objects.count() == 2


def test_what_a_colleague_wrote_down_is_asked_about(send):
    send("deputy")

    asked = send("officer")
    assert asked.status_code == 400
    assert asked.json()["errors"][0]["field"] == "although_double"
    assert Visit.objects.count() == 1
    assert send("officer", although_double=True).status_code == 201


def test_raised_it_is_a_petition_with_the_deputy_and_the_visit_on_it(send, cast):
    answer = send(raised=True, confidentiality="withheld", urgent=True, address="东岸花园3栋")

    petition = Petition.objects.get()
    assert answer.json()["reference"] == petition.reference
    assert petition.visit == Visit.objects.get()
    assert petition.deputy == cast.seat
    assert (petition.channel, petition.urgency, petition.address) == ("visit", "urgent", "东岸花园3栋")
    assert not petition.contact_shared
    assert petition.visit.outcome == "raised"
    assert petition.visit.contact == petition.contact


def test_the_resident_gets_the_reference_by_text_message(send):
    send(raised=True)
    tell(now=timezone.now())

    petition = Petition.objects.get()
    message = Delivery.objects.get(channel="sms")
    assert message.contact == petition.contact
    assert petition.spoken_reference in message.body


def test_raised_later_with_one_tap_and_only_once(send, api):
    number = send("officer", deputies=["D1"]).json()["id"]

    first = api("officer").post(f"/api/v1/visits/{number}/raise/", {}, format="json")
    second = api("officer").post(f"/api/v1/visits/{number}/raise/", {}, format="json")

    assert first.status_code == second.status_code == 200, first.content.decode()
    assert first.json()["reference"] == second.json()["reference"] == Petition.objects.get().reference
    assert Petition.objects.get().deputy.code == "D1"


def test_without_a_number_it_is_kept_but_not_raised(send, api):
    assert send(phone=None, name=None).status_code == 201
    assert Visit.objects.get().contact is None

    refused = api("deputy").post(f"/api/v1/visits/{Visit.objects.get().pk}/raise/", {}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "phone")
    assert send(phone=None, name="李桂香", raised=True).status_code == 400
    assert Visit.objects.count() == 1  # nothing half done


def test_at_most_five_representatives_and_said_kindly(send):
    names = ["甲", "乙", "丙", "丁", "戊", "己"]

    refused = send(group_size=30, representatives=names)
    assert refused.status_code == 400
    assert "up to 5 representatives" in refused.json()["errors"][0]["detail"]
    assert send(group_size=30, representatives=names[:5]).status_code == 201
    assert Visit.objects.get().representatives == "甲\n乙\n丙\n丁\n戊"
    assert send(group_size=2, representatives=names[:3], phone="13800000009").status_code == 400


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"told": False}, "told"),
        ({"words": "  "}, "words"),
        ({"phone": "123"}, "phone"),
        ({"came_at": (timezone.now() + timedelta(hours=3)).isoformat()}, "came_at"),
        ({"came_at": (timezone.now() - timedelta(days=90)).isoformat()}, "came_at"),
        ({"station": "nowhere"}, "station"),
        ({"key": "1"}, "key"),
        ({"group_size": 0}, "group_size"),
        ({"deputies": ["D9"]}, "deputies.0"),
        ({"colour": "red"}, "colour"),
        ({"confidentiality": "secret"}, "confidentiality"),
    ],
)
def test_what_is_wrong_is_named(send, changes, field):
    answer = send(**changes)

    assert answer.status_code == 400, answer.content.decode()
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Visit.objects.exists()


WRITERS = {"officer": 201, "station_head": 201, "deputy": 201, "far_officer": 403}


def test_who_may_write_one_down(send):
    found = {who: send(who, although_double=True).status_code for who in [*ROLES, None]}

    assert found == {who: WRITERS.get(who, 404 if who else 401) for who in [*ROLES, None]}


READERS = {"deputy", "officer", "station_head", "dispatcher", "supervisor"}


def test_who_may_read_one(send, api):
    number = send("deputy", raised=True).json()["id"]

    opened = {who for who in ROLES if api(who).get(f"/api/v1/visits/{number}/").status_code == 200}
    listed = {who for who in ROLES if api(who).get("/api/v1/visits/").json()["results"]}

    assert opened == listed == READERS


@pytest.mark.parametrize(
    "changes", [{"confidentiality": "restricted"}, {"words": "村主任贪污工程款，请查处"}], ids=["said", "recognised"]
)
def test_a_report_of_wrongdoing_is_the_supervisors_alone(send, api, changes):
    sent = send("deputy", raised=True, **changes).json()
    petition = Petition.objects.get()

    assert sent["restricted"] is True
    assert sent["reference"] is None  # with the number, which its writer knows, it would open the petition
    assert petition.restricted
    assert petition.kind == "accusation"
    for who in ROLES:
        client, expected = api(who), 200 if who == "supervisor" else 404
        assert client.get(f"/api/v1/visits/{sent['id']}/").status_code == expected, who
        assert len(client.get("/api/v1/visits/").json()["results"]) == (1 if who == "supervisor" else 0), who
        if who != "resident":
            assert client.get(f"/api/v1/petitions/{petition.reference}/").status_code == expected, who


def test_another_person_on_the_same_device_sends_nothing_of_it(send, cast):
    refused = send("officer", owner=owner_of(cast.deputy))

    assert refused.status_code == 409
    assert not Visit.objects.exists()
    assert send("deputy", owner=owner_of(cast.deputy)).status_code == 201


def photo(client, number, data=None):
    file = SimpleUploadedFile("photo.jpg", data or picture(), content_type="image/jpeg")
    return client.post(f"/api/v1/visits/{number}/photos/", {"file": file}, format="multipart")


def test_a_photo_is_kept_once_and_goes_with_the_petition(send, api):
    number = send("deputy").json()["id"]

    first, again = photo(api("deputy"), number), photo(api("deputy"), number)
    assert first.status_code == again.status_code == 201, first.content
    assert first.json()["id"] == again.json()["id"]
    api("deputy").post(f"/api/v1/visits/{number}/raise/", {}, format="json")
    assert Petition.objects.get().attachments.count() == 1

    photo(api("deputy"), number, picture(size=(60, 60)))
    assert Petition.objects.get().attachments.count() == 2
    address = f"/api/v1/visits/{number}/photos/{first.json()['id']}/"
    assert api("officer").get(address).status_code == 200
    assert api("handler").get(address).status_code == 404
    assert io.BytesIO(b"".join(api("officer").get(address).streaming_content)).read()[:2] == b"\xff\xd8"


def test_a_photo_of_a_restricted_visit_may_be_added_by_its_writer_and_not_be_seen(send, api):
    number = send("deputy", confidentiality="restricted", raised=True).json()["id"]

    added = photo(api("deputy"), number)
    assert added.status_code == 201
    assert api("deputy").get(f"/api/v1/visits/{number}/photos/{added.json()['id']}/").status_code == 404
    assert photo(api("officer"), number).status_code == 404
    assert Petition.objects.get().attachments.count() == 1


def test_answered_on_the_spot_with_feedback(send, api):
    number = send(answer="已当场解释限噪时段，并联系物业今晚巡查。").json()["id"]
    url = f"/api/v1/visits/{number}/"

    done = api("officer").post(url + "feedback/", {"feedback": "satisfied", "note": "当面致谢"}, format="json")
    assert done.status_code == 200
    assert (done.json()["outcome"], done.json()["feedback"]) == ("answered", "satisfied")
    assert api("officer").post(url + "answer/", {"text": "再答一次"}, format="json").status_code == 409
    assert api("dispatcher").post(url + "feedback/", {"feedback": "satisfied"}, format="json").status_code == 404


def test_noted_first_and_answered_later(send, api):
    number = send().json()["id"]

    assert (
        api("deputy").post(f"/api/v1/visits/{number}/feedback/", {"feedback": "satisfied"}, format="json").status_code
        == 409
    )
    done = api("deputy").post(f"/api/v1/visits/{number}/answer/", {"text": "已答复。"}, format="json")
    assert (done.status_code, done.json()["answer"]) == (200, "已答复。")


def test_the_list_is_filtered_and_asks_no_more_for_many(send, api, django_assert_max_num_queries):
    for number in range(6):
        assert send(phone=f"1380000{number:04d}", raised=number % 2 == 0).status_code == 201
    client = api("officer")

    with django_assert_max_num_queries(8) as seen:
        rows = client.get("/api/v1/visits/").json()["results"]
    assert len(rows) == 6
    few = len(seen)
    with django_assert_max_num_queries(few):
        client.get("/api/v1/visits/?page_size=2")
    assert len(client.get("/api/v1/visits/?outcome=raised").json()["results"]) == 3
    assert client.get("/api/v1/visits/?colour=red").status_code == 400
