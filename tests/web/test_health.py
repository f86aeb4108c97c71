"""Alive and ready."""

from datetime import timedelta

import pytest
from django.utils import timezone

from journal.actions import write
from liaison import health
from liaison.actions import record_heartbeat
from liaison.celery import QUEUES, app
from liaison.models import Heartbeat


@pytest.fixture
def workers(db):
    for queue in QUEUES:
        record_heartbeat(queue=queue, now=timezone.now())


def test_alive_without_asking_anybody(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert answer.json() == {"ok": True}
    assert "no-store" in answer["Cache-Control"]


def test_ready(client, workers):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    body = answer.json()
    assert body["ok"]
    assert {name: check["ok"] for name, check in body["checks"].items()} == {
        "database": True,
        "broker": True,
        "worker": True,
        "journal": True,
        "router": True,
    }


@pytest.mark.parametrize("age", [None, health.HEARTBEAT_LIMIT + 10])
def test_one_queue_without_worker(client, workers, age):
    Heartbeat.objects.filter(queue="clock").delete()
    if age:
        record_heartbeat(queue="clock", now=timezone.now() - timedelta(seconds=age))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert not answer.json()["checks"]["worker"]["ok"]
    assert answer.json()["checks"]["worker"]["age_seconds"].keys() == set(QUEUES)


def test_heartbeat_is_one_row_a_queue(workers):
    later = timezone.now() + timedelta(seconds=30)
    record_heartbeat(queue="clock", now=later)
    assert Heartbeat.objects.get(queue="clock").at == later


def test_journal_that_nobody_works_off(client, workers):
    at = timezone.now() - timedelta(seconds=health.JOURNAL_LIMIT + 10)
    write(matter_type="petition", matter_id=1, action="submit", at=at)
    journal = client.get("/readyz").json()["checks"]["journal"]
    assert not journal["ok"]
    assert journal["oldest_seconds"] >= health.JOURNAL_LIMIT


def test_broker_away(client, workers, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_write_url", "redis+socket:///tmp/nobody-listens-here.sock")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert not checks["broker"]["ok"]
    assert checks["database"]["ok"]


def test_every_line_of_the_timetable_has_a_task_and_a_queue():
    app.loader.import_default_modules()
    for line in app.conf.beat_schedule.values():
        assert line["task"] in app.tasks
        assert line["options"]["queue"] in QUEUES
    for name in app.tasks:
        if not name.startswith("celery."):
            queue = app.amqp.router.route({}, name)["queue"].name
            assert queue in QUEUES
