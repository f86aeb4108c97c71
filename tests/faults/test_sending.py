"""The text message gateway is down: messages wait with the reason, routing does not wait for them."""

from __future__ import annotations

import pytest

from tests.faults.gateway import Gateway
from tests.faults.portal import until

pytestmark = [pytest.mark.processes, pytest.mark.faults]
DUE = "UPDATE notifications_delivery SET next_attempt_at = now() WHERE state IN ('pending', 'sending')"


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
