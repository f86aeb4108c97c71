"""The text message gateway is down or answers nonsense: messages wait with the reason, routing does not wait."""

from __future__ import annotations

import pytest
from django.conf import settings

from tests.faults.gateway import NONSENSE, Gateway
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
        "STAFF_TOTP_REQUIRED": "false",
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


def test_a_gateway_that_answers_nonsense_is_not_believed(sending, gateway):
    gateway.mode = "nonsense"
    made = sending.accepted(4)

    def tried() -> bool:
        """Each was tried until the gateway has said everything it can say."""
        sending.sql(DUE)
        sending.timetable("notifications.tasks.send_due")
        return len(gateway.keys) >= 2 * len(NONSENSE) and len(deliveries(sending)) >= len(made)

    until(tried, "every kind of nonsense was heard")
    until(lambda: sending.routed(made), "the petitions are routed all the same")
    until(lambda: all(row[1] for row in deliveries(sending)), "each knows why it waits")
    rows = deliveries(sending)
    assert {row[1] for row in rows} <= {"nonsense", "refused"}
    assert {row[0] for row in rows} <= {"pending", "sending", "failed"}
    assert gateway.taken == []
    page = staff_page(sending, "/status/")
    assert "The gateway’s answer could not be understood." in page
    assert "could not be sent so far" in page or "could not be delivered" in page

    gateway.mode = "well"
    sending.sql("UPDATE notifications_delivery SET state = 'pending', attempts = 0 WHERE state = 'failed'")
    sending.sql(DUE)
    sending.timetable("notifications.tasks.send_due")
    until(lambda: {row[0] for row in deliveries(sending)} == {"sent"}, "all are sent once it is well")
    assert sorted(gateway.taken) == sorted(set(gateway.keys))  # each once, none left out
    assert len(gateway.taken) == len(deliveries(sending))
    until(sending.told, "all is told")
    sending.audit(made)
    assert "could not be" not in staff_page(sending, "/status/")


def staff_page(portal, path):
    """What the dispatcher reads there, in English."""
    client = portal.client()
    client.cookies.set(settings.SESSION_COOKIE_NAME, portal.inside("session", "dispatcher")["key"])
    answer = client.get(portal.address + path, timeout=60)
    assert answer.status_code == 200, answer.url
    return answer.text
