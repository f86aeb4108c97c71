"""The text message gateway is down: messages wait with the reason, routing does not wait for them."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.faults.portal import until

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
        if mode == "well":
            self.server.taken.add(key)
        body = json.dumps({"ok": True}).encode()
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


def _all_failed(rows):
    """One for each petition at least: being assigned may be told as well."""
    return len(rows) >= 2 and all(row[1] == "broken" for row in rows)


def test_a_gateway_that_fails_loses_nothing(sending, gateway):
    gateway.mode = "down"
    made = sending.accepted(2)
    until(lambda: _all_failed(deliveries(sending)), "each was tried; why it failed is kept")
    assert all(state == "pending" for state, _error, _attempts in deliveries(sending))
    until(lambda: sending.routed(made), "the petitions are routed all the same")

    gateway.mode = "well"
    sending.sql(DUE)
    sending.timetable("notifications.tasks.send_due")
    until(lambda: all(row[0] == "sent" for row in deliveries(sending)), "all are sent once it is well")
    assert len(gateway.taken) == len(deliveries(sending))
