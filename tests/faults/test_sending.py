"""The text message gateway is slow, down or answers nonsense; a worker dies while it sends; the disk is full."""

from __future__ import annotations

import json
import resource
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest

from tests.faults.portal import until
from tests.petitions.test_attachments import picture

pytestmark = [pytest.mark.processes, pytest.mark.faults]
DUE = "UPDATE notifications_delivery SET next_attempt_at = now() WHERE state IN ('pending', 'sending')"


class Gateway(ThreadingHTTPServer):
    """A provider that behaves as `mode` says and remembers the keys it was given."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mode, self.keys, self.taken = "well", [], set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        key, mode = self.headers["Idempotency-Key"], self.server.mode
        self.server.keys.append(key)
        if mode == "slow":
            time.sleep(20)
        if mode in ("well", "slow"):
            self.server.taken.add(key)
        body = b"<html>maintenance" if mode == "nonsense" else json.dumps({"ok": True}).encode()
        self.send_response(503 if mode == "down" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def gateway():
    made = Gateway()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def sending(portal, gateway):
    """A portal that sends by this gateway."""
    portal.environment |= {
        "SMS_GATEWAY": "http",
        "SMS_GATEWAY_URL": gateway.url,
        "SMS_GATEWAY_TOKEN": "t",
        "SMS_GATEWAY_BODY": '{"to": "{phone}", "text": "{text}"}',
    }
    portal.start_web()
    portal.start_worker()
    return portal


def deliveries(portal):
    return portal.sql("SELECT state, error, attempts FROM notifications_delivery WHERE channel = 'sms' ORDER BY id")


@pytest.mark.parametrize(("mode", "reason"), [("down", "broken"), ("nonsense", "nonsense")])
def test_a_gateway_that_fails_loses_nothing(sending, gateway, mode, reason):
    gateway.mode = mode
    made = sending.accepted(2)
    until(lambda: [row[1] for row in deliveries(sending)] == [reason] * 2, "both were tried; why they failed is kept")
    assert all(state == "pending" for state, _error, _attempts in deliveries(sending))
    until(lambda: sending.routed(made), "the petitions are routed all the same")

    gateway.mode = "well"
    sending.sql(DUE)
    sending.timetable("notifications.tasks.send_due")
    until(lambda: all(row[0] == "sent" for row in deliveries(sending)), "all are sent once it is well")
    assert len(gateway.taken) == 2


def test_a_slow_gateway_holds_up_no_submission_and_a_killed_sender_is_followed_up(sending, gateway):
    gateway.mode = "slow"
    sending.accepted(2)
    until(lambda: gateway.keys, "a worker is in the middle of sending")
    assert sending.submit().status_code == 201
    sending.kill_worker()
    assert {row[0] for row in deliveries(sending)} <= {"sending", "pending"}

    gateway.mode = "well"
    sending.start_worker("second")
    sending.sql(DUE)  # ten minutes pass: the dead worker's claim runs out
    sending.timetable("notifications.tasks.send_due")
    until(lambda: all(row[0] == "sent" for row in deliveries(sending)), "another worker has sent them")
    # The same key at every attempt: a gateway that honours it delivers once.
    assert len(set(gateway.keys)) == 3


def test_the_disk_is_full_for_attachments(portal):
    # A limit on the size of files stands for the full disk: the write fails half way, as there.
    portal.environment["ATTACHMENT_DIR"] = str(portal.folder / "small")
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    portal.start_web()
    process = portal.company.members["web"]
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for each in family:
        resource.prlimit(each.pid, resource.RLIMIT_FSIZE, (500, was[1]))
    answer = portal.submit()
    reference, access = answer.json()["reference"], answer.json()["access"]
    address = f"{portal.address}/api/v1/petitions/{reference}/attachments/"
    client = portal.client()
    client.headers["Authorization"] = f"Bearer {access}"
    image = picture(size=(600, 600))

    refused = client.post(address, files={"file": ("a.jpg", image, "image/jpeg")}, timeout=60)
    assert refused.status_code == 400
    assert "could not be stored just now" in refused.text
    assert portal.sql("SELECT count(*) FROM petitions_attachment") == [(0,)]
    assert portal.submit().status_code == 201  # all else goes on

    for each in family:
        resource.prlimit(each.pid, resource.RLIMIT_FSIZE, was)
    taken = client.post(address, files={"file": ("a.jpg", image, "image/jpeg")}, timeout=60)
    assert taken.status_code == 201, taken.text
    assert portal.journal(reference) == ["submit", "attach"]
