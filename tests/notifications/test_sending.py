"""From the row to the gateway: once, again after a failure, never for ever."""

import smtplib
import threading
from datetime import timedelta

import pytest
from celery import current_app
from django.core import mail
from django.db import connection
from django.utils import timezone

from notifications import actions, tasks
from notifications.actions import Message, enqueue, send_sms
from notifications.models import Delivery
from tests.notifications.conftest import PHONE
from tests.notifications.fake_gateway import TOKEN


def make_due(delivery):
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def tried(job):
    """Run `job`; return when it began and when it was over: its attempt failed somewhere between."""
    began = timezone.now()
    job()
    return began, timezone.now()


def is_pause_of(minutes, next_attempt_at, between):
    """The pause counts from the failure, with up to a quarter more, so that not all come back at once."""
    began, ended = between
    pause = timedelta(minutes=minutes)
    return began + pause <= next_attempt_at <= ended + pause * 1.25


def test_sent_with_token_and_key(gateway, resident, text_to):
    delivery = text_to(resident, url="/p/1/")
    tasks.send(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 1, "")
    [(body, headers)] = gateway.received
    assert body["phone"] == PHONE
    assert body["text"] == "您的诉求已答复。 http://localhost:8000/p/1/"
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Idempotency-Key"] == body["id"]


def test_second_message_of_the_queue_sends_nothing(gateway, resident, text_to):
    delivery = text_to(resident)
    tasks.send(delivery.pk)
    tasks.send(delivery.pk)
    tasks.send_due()
    assert len(gateway.received) == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("broken", "broken"),
        ("nonsense", "nonsense"),
        ("endless", "nonsense"),
        ("refused", "refused"),
        ("busy", "broken"),
        ("elsewhere", "broken"),
        ("slow", "timeout"),
        ("dripping", "timeout"),
    ],
)
def test_failure_is_tried_again_and_names_nobody(gateway, resident, text_to, line, code, caplog):
    gateway.script = [line, "ok"]
    delivery = text_to(resident)
    between = tried(lambda: tasks.send(delivery.pk))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("pending", code)
    assert is_pause_of(1, delivery.next_attempt_at, between)
    assert PHONE not in caplog.text
    tasks.send_due()
    assert len(gateway.received) == 1  # not before its time
    make_due(delivery)
    tasks.send_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 2, "")
    keys = {body["id"] for body, _headers in gateway.received}
    assert len(keys) == 1  # by it the gateway recognises a message it already has


def test_gateway_that_is_away(gateway, resident, text_to, settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/"
    delivery = text_to(resident)
    tasks.send(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("pending", "unreachable")


def test_rejection_is_final(gateway, resident, text_to):
    gateway.script = ["rejected"]
    delivery = text_to(resident)
    tasks.send(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error, delivery.next_attempt_at) == ("failed", "rejected", None)


def test_six_attempts_each_later_than_the_last_then_failed(gateway, resident, text_to):
    gateway.script = ["broken"]
    delivery = text_to(resident)
    for minutes in (1, 2, 4, 8, 16, None):
        make_due(delivery)
        between = tried(tasks.send_due)
        delivery.refresh_from_db()
        if minutes:
            assert is_pause_of(minutes, delivery.next_attempt_at, between)
    assert (delivery.state, delivery.attempts, delivery.next_attempt_at) == ("failed", 6, None)
    tasks.send_due()
    assert len(gateway.received) == 6


def test_retry_starts_anew(gateway, resident, text_to, now):
    gateway.script = ["rejected", "ok"]
    delivery = text_to(resident)
    tasks.send(delivery.pk)
    actions.retry(delivery_id=delivery.pk, now=now)
    tasks.send_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("sent", 1)
    with pytest.raises(actions.CannotRetry):
        actions.retry(delivery_id=delivery.pk, now=now)


def test_several_go_with_one_message_and_a_failure_stops_no_other(gateway, resident, text_to):
    gateway.script = ["refused", "ok"]
    three = [text_to(resident, event=f"petition:{number}:replied") for number in range(3)]
    tasks.send(*(delivery.pk for delivery in three))
    assert len(gateway.received) == 3
    states = Delivery.objects.filter(pk__in=[delivery.pk for delivery in three]).values_list("state", flat=True)
    assert sorted(states) == ["pending", "sent", "sent"]


def test_given_up_is_not_sent(gateway, resident, text_to):
    gateway.script = ["rejected"]
    delivery = text_to(resident)
    tasks.send(delivery.pk)
    actions.give_up(delivery_id=delivery.pk)
    assert not Delivery.objects.failed().exists()
    with pytest.raises(actions.CannotRetry):
        actions.give_up(delivery_id=delivery.pk)


def test_worker_that_died_is_succeeded_after_its_claim(gateway, resident, text_to, now):
    delivery = text_to(resident)
    assert actions.claim(delivery_ids=[delivery.pk], now=now, size=1)  # and then the machine stops
    tasks.send_due()
    assert gateway.received == []
    make_due(delivery)
    tasks.send_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("sent", 2)


def test_late_worker_settles_nothing(resident, text_to, now):
    delivery = text_to(resident)
    [late] = actions.claim(delivery_ids=[delivery.pk], now=now, size=1)
    later = now + actions.LEASE
    [new] = actions.claim(delivery_ids=[delivery.pk], now=later, size=1)
    assert not actions.settle_failed(claim=late, code="timeout", permanent=True, now=later)
    assert actions.settle_sent(claim=new, now=later)


def test_row_that_kills_its_worker_ends_as_failed(gateway, resident, text_to):
    delivery = text_to(resident)
    Delivery.objects.filter(pk=delivery.pk).update(attempts=actions.MAX_ATTEMPTS, state="sending")
    make_due(delivery)
    tasks.send_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("failed", "interrupted")
    assert gateway.received == []


def test_row_that_cannot_be_read_holds_up_nobody(gateway, resident, text_to):
    bad, good = text_to(resident), text_to(resident, event="petition:2:replied")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_delivery SET body = 'no ciphertext' WHERE id = %s", [bad.pk])
    tasks.send_due()
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {bad.pk: "pending", good.pk: "sent"}


def test_sweep_takes_more_than_a_batch(gateway, resident, text_to):
    for number in range(tasks.BATCH + 5):
        text_to(resident, event=f"petition:{number}:replied")
    assert tasks.send_due() == tasks.BATCH + 5
    assert len(gateway.received) == tasks.BATCH + 5


def test_sweep_uses_its_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert "delivery_due" in Delivery.objects.due(timezone.now()).only("pk").explain()


def test_no_number_no_address(gateway, li_na, now):
    li_na.phone, li_na.email = "", ""
    li_na.save()
    messages = [Message(event="e", channel=channel, user_id=li_na.pk, body="x") for channel in ("sms", "email")]
    enqueue(messages=messages, now=now)
    tasks.send_due()
    assert set(Delivery.objects.values_list("state", "error")) == {("failed", "no_address")}


def test_erased_contact_is_left_in_peace(gateway, resident, text_to, now):
    delivery = text_to(resident)
    resident.name = resident.phone = ""
    resident.erased_at = now
    resident.save()
    tasks.send(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error, gateway.received) == ("given_up", "erased", [])


def test_expired_code_is_not_sent(gateway, now, db):
    send_sms(phone="13700137000", body="code", event="sign-in-code:1", now=now - timedelta(minutes=6))
    tasks.send_due()
    assert (Delivery.objects.get().state, gateway.received) == ("given_up", [])


def test_codes_are_forgotten_after_a_day(gateway, resident, text_to, now):
    text_to(resident)
    send_sms(phone="13700137000", body="code", event="sign-in-code:1", now=now - timedelta(hours=25))
    send_sms(phone="13700137000", body="code", event="sign-in-code:2", now=now)
    assert tasks.forget_codes() == 1
    assert Delivery.objects.filter(address__isnull=False).get().event == "sign-in-code:2"


def test_mail(li_na, now):
    message = Message(
        event="e", channel="email", user_id=li_na.pk, subject="答复", body="已答复", url="/work-orders/1/"
    )
    enqueue(messages=[message], now=now)
    tasks.send_due()
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["li.na@example.cn"], "答复")
    assert sent.body == "已答复\n\nhttp://localhost:8000/work-orders/1/"
    assert Delivery.objects.get().state == "sent"


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (smtplib.SMTPServerDisconnected("li.na@example.cn"), "pending", "mail_failed"),
        (TimeoutError(), "pending", "mail_failed"),
        (smtplib.SMTPRecipientsRefused({"li.na@example.cn": (550, b"unknown")}), "failed", "mail_rejected"),
        (RuntimeError("a bug"), "pending", "fault"),
    ],
)
def test_mail_server_that_says_no(li_na, now, monkeypatch, error, state, code):
    def refuse(*_args, **_kwargs):
        raise error

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    enqueue(messages=[Message(event="e", channel="email", user_id=li_na.pk, body="x")], now=now)
    tasks.send_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error) == (state, code)


def test_outbox_gateway_only_keeps(resident, text_to, settings):
    settings.SMS_GATEWAY = "outbox"
    delivery = text_to(resident)
    tasks.send(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_template_words_in_a_text_stay_text(gateway, resident, text_to, settings):
    settings.SMS_GATEWAY_BODY = {"phone": "{phone}", "sms": [{"text": "【坪山】{text}", "n": 1}], "id": "{key}"}
    settings.SMS_GATEWAY_SUCCESS = "ok=true"
    message = Message(event="e", channel="sms", contact_id=resident.pk, body="{phone} {key}")
    enqueue(messages=[message], now=timezone.now())
    tasks.send_due()
    [(body, _headers)] = gateway.received
    assert body["sms"] == [{"text": "【坪山】{phone} {key}", "n": 1}]


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_each_once(gateway, resident, text_to):
    gateway.script = ["lingering"]
    deliveries = [text_to(resident, event=f"petition:{number}:replied") for number in range(6)]
    start = threading.Barrier(5)
    failures = []

    def work(job, *args):
        try:
            start.wait()
            job(*args)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    jobs = [(tasks.send, deliveries[0].pk)] * 2 + [(tasks.send_due,)] * 3
    threads = [threading.Thread(target=work, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(gateway.received) == 6
    assert len({body["id"] for body, _headers in gateway.received}) == 6
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.fixture
def no_broker():
    """Celery as it is when the broker does not answer: the address leads nowhere."""
    publishing = current_app.conf.broker_write_url
    current_app.pool.force_close_all()
    current_app.amqp._producer_pool = None
    current_app.conf.broker_write_url = "redis+socket:///tmp/nobody-listens-here.sock"
    current_app.set_current()
    yield
    current_app.conf.broker_write_url = publishing
    current_app.amqp._producer_pool = None


@pytest.mark.django_db(transaction=True)
def test_broker_that_is_away_loses_nothing(no_broker, gateway, resident, text_to, caplog):
    delivery = text_to(resident)
    assert "nudge notifications.tasks.send not sent" in caplog.text
    assert delivery.state == "pending"
    tasks.send_due()
    delivery.refresh_from_db()
    assert delivery.state == "sent"
