"""Each switch by which the portal grows, thrown for real: RabbitMQ, workers on several hosts, a replica, a bucket."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from celery import Celery
from moto.server import ThreadedMotoServer

from tests.faults.portal import free_port, until
from tests.faults.rabbit import PROGRAM, Rabbit
from tests.petitions.test_attachments import picture

pytestmark = [pytest.mark.processes, pytest.mark.faults]
TOKEN = "m" * 40
STATIONS = "/api/v1/public/stations/"


@pytest.fixture
def rabbit(tmp_path):
    if not PROGRAM.exists():
        pytest.skip("no RabbitMQ on this machine (apt-get install rabbitmq-server)")
    made = Rabbit(tmp_path / "rabbit")
    made.start()
    yield made
    made.stop()


@pytest.mark.long
def test_rabbitmq_carries_the_messages_to_workers_on_two_hosts(portal, rabbit):
    portal.environment |= {"BROKER_URL": rabbit.url, "METRICS_TOKEN": TOKEN}
    portal.tasks = Celery("faults", broker=rabbit.url)
    portal.start_web()
    portal.start_worker("here")
    portal.start_worker("there")
    both = {f"{name}@{portal.database}" for name in ("here", "there")}
    # A worker may answer its first task before it listens to what all are asked.
    until(lambda: {name for answer in portal.tasks.control.ping(timeout=3) for name in answer} == both, "both answer")
    before = portal.accepted(4)
    until(lambda: portal.routed(before) and portal.told(), "all are routed")
    assert portal.redis.answers()
    figures = portal.client().get(f"{portal.address}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert "liaison_broker_up 1.0" in figures
    assert 'liaison_queue_messages{queue="routing"}' in figures

    rabbit.stop()
    meanwhile = portal.accepted(3)
    figures = portal.client().get(f"{portal.address}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert "liaison_broker_up 0.0" in figures
    rabbit.start()
    after = portal.accepted(2)
    portal.catches_up(before + meanwhile + after, "the same workers have come back to it")


def test_public_pages_are_read_from_the_replica_and_from_the_first_while_it_is_away(portal):
    copy = f"{portal.database}_copy"
    base = portal.postgres.connect("postgres")
    try:
        with base.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {copy} TEMPLATE {portal.database}")
        marked = portal.postgres.connect(copy)
        with marked.cursor() as cursor:
            cursor.execute("UPDATE stations_station SET name_en = 'Only in the copy', name = 'Only in the copy'")
        marked.close()
        portal.environment["DATABASE_REPLICA_URL"] = portal.postgres.url(copy)
        portal.start_web()

        def shown(who: str = "") -> str:
            answer = portal.client(who).get(portal.address + STATIONS, timeout=60)
            assert answer.status_code == 200
            return answer.text

        assert "Only in the copy" in shown()
        assert "Only in the copy" not in shown("dispatcher")  # who acts reads where they write
        (reference,) = portal.accepted(1)
        assert portal.act("officer", reference, "register").status_code == 200
        assert portal.journal(reference) == ["submit", "register"]
    finally:
        with base.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")
        base.close()
    assert "Only in the copy" not in shown()
    assert portal.submit().status_code == 201


def test_attachments_in_a_bucket(portal):
    server = ThreadedMotoServer("127.0.0.1", port=free_port(), verbose=False)
    server.start()
    place = f"http://127.0.0.1:{server._server.port}"
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    bucket = boto3.resource("s3", endpoint_url=place, config=Config(s3={"addressing_style": "path"}), **keys).Bucket(
        "files"
    )
    try:
        bucket.create()
        portal.environment |= {
            "ATTACHMENT_S3_BUCKET": "files",
            "ATTACHMENT_S3_ENDPOINT": place,
            "ATTACHMENT_S3_KEY": "key",
            "ATTACHMENT_S3_SECRET": "secret",
        }
        portal.start_web()
        answer = portal.submit()
        client = portal.client()
        client.headers["Authorization"] = f"Bearer {answer.json()['access']}"
        address = f"{portal.address}/api/v1/petitions/{answer.json()['reference']}/attachments/"

        def send(width: int):
            return client.post(address, files={"file": ("a.jpg", picture(size=(width, 30)), "image/jpeg")}, timeout=60)

        taken = send(40)
        assert taken.status_code == 201, taken.text
        (kept,) = bucket.objects.all()
        fetched = client.get(portal.address + taken.json()["url"], timeout=60)
        assert fetched.status_code == 200
        assert fetched.content == kept.get()["Body"].read()
        assert fetched.content.startswith(b"\xff\xd8")
        assert not (portal.folder / "attachments").exists()
    finally:
        server.stop()

    refused = send(41)
    assert refused.status_code == 400
    assert "could not be stored just now" in refused.text
    assert client.get(portal.address + taken.json()["url"], timeout=60).status_code in (404, 503)
    assert portal.sql("SELECT count(*) FROM petitions_attachment") == [(1,)]
    assert portal.submit().status_code == 201  # all else goes on
