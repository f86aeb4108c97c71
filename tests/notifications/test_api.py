"""The inbox of the signed-in user, and what could not be sent, for staff."""

import pytest
from rest_framework.test import APIClient

from accounts.models import AdminRole, User
from directory.models import Area, Office
from notifications.actions import Message, enqueue
from notifications.models import Delivery


@pytest.fixture
def as_user():
    def client_of(user):
        client = APIClient()
        client.force_authenticate(user)
        return client

    return client_of


@pytest.fixture
def wei(db):
    """Zhao Wei, another officer."""
    return User.objects.create_user("zhao.wei")


@pytest.fixture
def administrator(db):
    user = User.objects.create_user("sysadmin")
    AdminRole.objects.create(user=user, kind="system")
    return user


@pytest.fixture
def dispatcher(db):
    user = User.objects.create_user("sun.hao")
    area = Area.objects.create(code="440310", name="坪山区", name_en="Pingshan", level="district", path="440310.")
    Office.objects.create(user=user, area=area, role="dispatcher")
    return user


@pytest.fixture
def inbox(li_na, wei, now):
    messages = [
        Message(event=f"order:{number}:assigned", channel="inbox", user_id=user.pk, subject="新工单", body="请签收")
        for number in range(3)
        for user in (li_na, wei)
    ]
    enqueue(messages=messages, now=now)
    return Delivery.objects.inbox_of(li_na.pk)


@pytest.fixture
def failed(resident, text_to):
    delivery = text_to(resident)
    Delivery.objects.update(state="failed", error="rejected", next_attempt_at=None)
    return delivery


def test_inbox_is_one_s_own(as_user, li_na, inbox):
    page = as_user(li_na).get("/api/v1/inbox/").json()
    assert {row["id"] for row in page["results"]} == {row.pk for row in inbox}
    assert page["next"] is None
    assert page["results"][0]["body"] == "请签收"


def test_inbox_asks_to_sign_in(db):
    assert APIClient().get("/api/v1/inbox/").status_code == 401


def test_inbox_costs_the_same_whatever_it_holds(as_user, li_na, inbox, now, django_assert_num_queries):
    enqueue(messages=[Message(event=f"e{n}", channel="inbox", user_id=li_na.pk, body="x") for n in range(60)], now=now)
    with django_assert_num_queries(1):
        assert len(as_user(li_na).get("/api/v1/inbox/").json()["results"]) == 50


def test_pages_meet_without_gap_or_repeat(as_user, li_na, inbox):
    client, seen, address = as_user(li_na), [], "/api/v1/inbox/?page_size=2"
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address, previous = page["next"], page["previous"]
    assert seen == [row.pk for row in inbox.order_by("-created_at", "-id")]
    assert [row["id"] for row in client.get(previous).json()["results"]] == seen[:2]


def test_reading(as_user, li_na, inbox):
    client, message = as_user(li_na), inbox.first()
    answer = client.post(f"/api/v1/inbox/{message.pk}/read/")
    first = answer.json()["read_at"]
    assert answer.status_code == 200
    assert first
    assert client.post(f"/api/v1/inbox/{message.pk}/read/").json()["read_at"] == first
    assert len(client.get("/api/v1/inbox/?unread=true").json()["results"]) == 2


def test_another_s_message_is_not_found(as_user, wei, inbox):
    assert as_user(wei).post(f"/api/v1/inbox/{inbox.first().pk}/read/").status_code == 404
    assert not inbox.exclude(read_at=None).exists()


def test_nonsense_filter_names_the_field(as_user, li_na):
    answer = as_user(li_na).get("/api/v1/inbox/?unread=perhaps")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "unread"


@pytest.mark.parametrize("who", ["administrator", "dispatcher"])
def test_staff_see_failures_without_the_person(as_user, failed, who, request):
    user = request.getfixturevalue(who)
    answer = as_user(user).get("/api/v1/deliveries/", headers={"Accept-Language": "en"})
    [row] = answer.json()["results"]
    assert (row["id"], row["error"]) == (failed.pk, "rejected")
    assert row["error_label"] == "The gateway rejected the message for good."
    assert not {"body", "subject", "address", "contact", "user"} & row.keys()


def test_others_do_not(as_user, failed, li_na):
    auditor = User.objects.create_user("auditor")
    AdminRole.objects.create(user=auditor, kind="auditor")
    for user in (li_na, auditor):
        client = as_user(user)
        assert client.get("/api/v1/deliveries/").status_code == 403
        assert client.post(f"/api/v1/deliveries/{failed.pk}/retry/").status_code == 403
        assert client.post(f"/api/v1/deliveries/{failed.pk}/give-up/").status_code == 403


def test_retry(as_user, failed, administrator):
    client = as_user(administrator)
    assert client.post(f"/api/v1/deliveries/{failed.pk}/retry/").json()["state"] == "pending"
    again = client.post(f"/api/v1/deliveries/{failed.pk}/retry/")
    assert again.status_code == 409
    assert again.json()["type"] == "urn:liaison:problem:refused"
    assert client.post("/api/v1/deliveries/999999/retry/").status_code == 404


def test_give_up(as_user, failed, administrator):
    client = as_user(administrator)
    assert client.post(f"/api/v1/deliveries/{failed.pk}/give-up/").json()["state"] == "given_up"
    assert client.get("/api/v1/deliveries/").json()["results"] == []
