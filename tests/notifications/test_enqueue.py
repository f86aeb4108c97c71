"""Taking messages in: each event, person and channel once."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from notifications.actions import Message, enqueue, send_sms
from notifications.models import Delivery

EVENT = "petition:1:replied"


def test_inbox_message_has_arrived_at_once(li_na, now):
    assert enqueue(messages=[Message(event=EVENT, channel="inbox", user_id=li_na.pk, body="答复")], now=now) == 1
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.sent_at, delivery.next_attempt_at) == ("sent", now, None)


def test_second_time_adds_nothing_and_changes_nothing(li_na, resident, now):
    messages = [
        Message(event=EVENT, channel="inbox", user_id=li_na.pk, body="答复"),
        Message(event=EVENT, channel="email", user_id=li_na.pk, body="答复", subject="两\n行"),
        Message(event=EVENT, channel="sms", contact_id=resident.pk, body="答复"),
    ]
    assert enqueue(messages=messages, now=now) == 3
    Delivery.objects.filter(channel="inbox").update(read_at=now)
    assert enqueue(messages=messages, now=now) == 0
    assert Delivery.objects.count() == 3
    assert Delivery.objects.get(channel="inbox").read_at == now
    assert Delivery.objects.get(channel="email").subject == "两 行"


def test_same_message_twice_in_one_call_is_one(resident, now):
    message = Message(event=EVENT, channel="sms", contact_id=resident.pk, body="答复")
    assert enqueue(messages=[message, message], now=now) == 1


def test_three_statements_for_many(li_na, now, django_assert_num_queries):
    messages = [Message(event=f"petition:{n}:replied", channel="email", user_id=li_na.pk, body="x") for n in range(40)]
    with transaction.atomic(), django_assert_num_queries(5):  # three, and the savepoint of the inner atomic
        assert enqueue(messages=messages, now=now) == 40


def test_nothing_to_say(now, db):
    assert enqueue(messages=[], now=now) == 0


@pytest.mark.parametrize(
    ("channel", "user", "contact"), [("sms", 1, 1), ("sms", None, None), ("email", None, 1), ("inbox", None, 1)]
)
def test_message_needs_one_reachable_person(channel, user, contact):
    with pytest.raises(ValueError):
        Message(event=EVENT, channel=channel, user_id=user, contact_id=contact, body="x")


@pytest.mark.parametrize(
    "wrong",
    [
        {},  # nobody
        {"user": True, "contact": True},
        {"user": True, "address": "13800138000"},
        {"contact": True, "channel": "inbox"},
        {"user": True, "channel": "fax"},
        {"user": True, "state": "lost"},
        {"user": True, "state": "sent"},  # without a time
    ],
)
def test_database_refuses_impossible_rows(wrong, li_na, resident):
    people = {"user": li_na, "contact": resident}
    row = {"channel": "sms"} | {name: people[name] if value is True else value for name, value in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(event=EVENT, body="x", **row)


def test_number_and_text_are_not_readable_in_the_database(resident, text_to, now):
    delivery = text_to(resident)
    send_sms(phone="13700137000", body="code 123456", event="sign-in-code:1", now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(notifications_delivery::text, ' ') FROM notifications_delivery")
        stored = cursor.fetchone()[0]
    assert not any(secret in stored for secret in ("13700137000", "123456", delivery.body, resident.phone))


def test_code_to_a_bare_number_once_per_event(now, db):
    for _ in range(2):
        send_sms(phone="13700137000", body="code", event="sign-in-code:1", now=now)
    delivery = Delivery.objects.get()
    assert delivery.telephone == "13700137000"
    assert delivery.expires_at > now


@pytest.mark.django_db(transaction=True)
def test_two_at_once_add_one(resident, now):
    added, start = [], threading.Barrier(4)

    def add():
        start.wait()
        message = Message(event=EVENT, channel="sms", contact_id=resident.pk, body="答复")
        added.append(enqueue(messages=[message], now=now))
        connection.close()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == [0, 0, 0, 1]
    assert Delivery.objects.count() == 1
