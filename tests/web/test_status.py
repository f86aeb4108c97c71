"""The status page of staff and /metrics: who may read them, and that they say what is wrong."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu import Connection

from dispatch.models import WorkOrder
from journal.models import Outbox
from liaison import watching
from liaison.celery import QUEUES
from liaison.models import Heartbeat
from liaison.status_page import findings
from notifications.models import Delivery
from petitions import tasks
from petitions.models import Petition

pytestmark = pytest.mark.django_db
TOKEN = "t" * 40


@pytest.fixture
def page(cast, settings):
    settings.STAFF_TOTP_REQUIRED = False

    def get(who, path="/status/", **headers):
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        if who:
            client.force_login(getattr(cast, who))
        return client.get(path, headers=headers)

    return get


def alive(now):
    for queue in QUEUES:
        Heartbeat.objects.update_or_create(queue=queue, defaults={"at": now})


def levels(now):
    return {finding.title: finding.level for finding in findings(watching.facts(now))}


def test_who_answers_for_the_running_reads_it(page):
    for who in ("dispatcher", "supervisor", "system_admin"):
        assert page(who).status_code == 200, who
    for who in ("far_dispatcher", "officer", "handler", "deputy", "resident", "auditor", "root"):
        assert page(who).status_code == 404, who
    assert page(None).status_code == 302


def test_all_is_well(page, db):
    now = timezone.now()
    alive(now)
    assert set(levels(now).values()) == {"good"}
    assert "All is well" in page("dispatcher").content.decode()


def test_a_silent_worker_and_a_queue_that_is_away(page, monkeypatch):
    now = timezone.now()
    alive(now - timedelta(hours=2))
    monkeypatch.setattr(watching, "queue_depths", lambda: None)
    shown = page("dispatcher").content.decode()
    assert "No sign of life from the worker for: routing" in shown
    assert "does not answer" in shown
    assert levels(now)["Workers"] == levels(now)["Queue"] == "bad"


def test_a_broker_away_is_a_fact_and_no_error(monkeypatch):
    monkeypatch.setattr(watching.app, "connection_for_write", lambda **_: Connection("redis://127.0.0.1:1/0"))
    assert watching.queue_depths() is None


def test_what_is_stuck_is_shown_with_its_reason_and_no_name(page, walk):
    walk.to("assigned")
    now = timezone.now()
    alive(now)
    WorkOrder.objects.update(alert_error="KeyError", alert_at=now, sign_due_at=now - timedelta(days=1))
    Petition.objects.update(
        alert_error="TypeError", alert_at=now, routed_at=None, submitted_at=now - timedelta(hours=1)
    )
    Petition.objects.update(state="registered")
    Outbox.objects.update(attempts=3, error="ValueError", next_attempt_at=now)
    shown = page("dispatcher").content.decode()
    for words in (
        "KeyError",
        "TypeError",
        "ValueError",
        walk.reference,
        "1 petition waits for the router",
        "put aside",
    ):
        assert words in shown
    assert walk.petition.text not in shown
    assert walk.petition.contact.phone not in shown
    assert levels(now)["Limits"] == "ask"


def test_no_more_statements_for_fifty_rows(page, walk):
    walk.to("assigned")
    WorkOrder.objects.update(alert_error="KeyError", alert_at=timezone.now())
    order = WorkOrder.objects.get(kind="lead")
    page("dispatcher")  # warm
    with CaptureQueriesContext(connection) as few:
        page("dispatcher")
    for number in range(50):
        order.pk, order.matter_id = None, 10**6 + number
        order.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        page("dispatcher")
    assert len(many) == len(few)


def test_metrics_need_the_token(page, settings, walk):
    assert page(None, "/metrics").status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert page(None, "/metrics").status_code == 404
    assert page("dispatcher", "/metrics", authorization="Bearer wrong").status_code == 404
    walk.to("assigned")
    alive(timezone.now() - timedelta(seconds=30))
    answer = page(None, "/metrics", authorization=f"Bearer {TOKEN}")
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "liaison_broker_up 1.0" in shown
    assert 'liaison_queue_messages{queue="routing"}' in shown
    assert 'liaison_heartbeat_age_seconds{queue="clock"} 3' in shown
    assert 'liaison_deliveries{state="failed"} 0.0' in shown
    waiting = next(line for line in shown.splitlines() if line.startswith("liaison_journal_waiting "))
    assert float(waiting.split()[1]) == Outbox.objects.count() > 0
    assert walk.reference not in shown


def test_messages_that_wait_are_counted_whatever_the_broker(monkeypatch):
    monkeypatch.setattr(watching.app, "connection_for_write", lambda **_: Connection("memory://depths"))
    with watching.app.connection_for_write() as broker, broker.Producer() as producer:
        queue = watching.app.amqp.queues["clock"]
        for _ in range(3):
            producer.publish({}, exchange=queue.exchange, routing_key=queue.routing_key, declare=[queue])
        assert watching.queue_depths() == {**dict.fromkeys(QUEUES, 0), "clock": 3}


def test_messages_that_cannot_be_sent_are_told_with_the_reason_in_words(page, walk):
    """Also while they are tried again: a gateway that answers nonsense is seen before it is too late."""
    alive(timezone.now())
    walk.to("submitted")
    tasks.replay_stranded()
    tasks.tell(walk.petition.pk)
    sms = Delivery.objects.filter(channel="sms")
    assert sms.update(error="nonsense", attempts=2, state="pending") == 1
    shown = page("dispatcher").content.decode()
    assert "1 message could not be sent so far. The gateway’s answer could not be understood." in shown
    assert levels(timezone.now())["Messages to people"] == "ask"
    assert walk.petition.contact.phone not in shown
    sms.update(state="failed", error="rejected", next_attempt_at=None)
    shown = page("dispatcher").content.decode()
    assert "1 message could not be delivered" in shown
    assert "The gateway rejected the message for good." in shown
    assert "could not be sent so far" not in shown


def test_the_figures_that_an_alarm_stands_on(settings, page, walk):
    """Each figure that is asked for is there, and follows what happens."""
    settings.METRICS_TOKEN = TOKEN

    def figures():
        text = page(None, "/metrics", authorization=f"Bearer {TOKEN}").content.decode()
        pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("liaison_"))
        return {name: float(value) for name, value in pairs}

    walk.to("assigned")
    now = timezone.now()
    Outbox.objects.update(at=now - timedelta(minutes=10), attempts=1)
    WorkOrder.objects.update(sign_due_at=now - timedelta(days=1), alert_error="KeyError", alert_at=now)
    Petition.objects.update(submitted_at=now - timedelta(seconds=100), routed_at=now - timedelta(seconds=58))
    found = figures()
    assert 590 < found["liaison_journal_oldest_seconds"] < 700
    assert found["liaison_journal_failing"] == Outbox.objects.count() > 0
    assert found['liaison_routing_seconds{quantile="0.95"}'] == 42
    assert found["liaison_orders_overdue"] == 1
    assert found['liaison_clock_put_aside{of="orders"}'] == 1
    assert found["liaison_petitions_unrouted"] == 0
    tasks.tell(walk.petition.pk)
    failed = Delivery.objects.filter(channel="sms").update(state="failed", error="rejected", next_attempt_at=None)
    Petition.objects.update(routed_at=None, state="submitted")
    found = figures()
    assert found['liaison_deliveries{state="failed"}'] == failed > 0
    assert found["liaison_petitions_unrouted"] == 1
    assert 95 < found["liaison_petitions_unrouted_oldest_seconds"] < 200
