import threading
from datetime import timedelta

import pgtrigger
import pytest
from django.test import TransactionTestCase
from django.utils import timezone

from accounts.models import Contact, User
from notifications import gateways
from notifications.actions import Message, enqueue
from notifications.models import Delivery
from tests.notifications.fake_gateway import TOKEN, FakeGateway

PHONE = "13800138000"


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_journal():
    """Tests that commit are cleaned up by TRUNCATE, which the journal refuses to everybody else."""
    flush = TransactionTestCase._fixture_teardown

    def teardown(self):
        with pgtrigger.ignore("journal.Entry:no_truncate"):
            flush(self)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = flush


@pytest.fixture
def now():
    return timezone.now() - timedelta(seconds=1)  # what is queued at `now` is due when a task looks


@pytest.fixture
def li_na(db):
    """Li Na, liaison officer, reads her inbox and her mail."""
    return User.objects.create_user("li.na", display_name="李娜", email="li.na@example.cn", phone="13900139000")


@pytest.fixture
def resident(db, now):
    """A petition's contact."""
    return Contact.objects.create(name="王芳", phone=PHONE, created_at=now)


@pytest.fixture
def gateway(settings, monkeypatch):
    """The deployment's provider, listening on this machine, with an impatient portal."""
    server = FakeGateway()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    settings.SMS_GATEWAY = "http"
    settings.SMS_GATEWAY_URL = server.url
    settings.SMS_GATEWAY_TOKEN = TOKEN
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(gateways, "READ_TIMEOUT", 1)
    monkeypatch.setattr(gateways, "TOTAL_TIMEOUT", 1.5)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def text_to(now):
    """Queue a text message to a contact."""

    def queue(contact, event="petition:1:replied", **more):
        message = Message(event=event, channel="sms", contact_id=contact.pk, body="您的诉求已答复。", **more)
        enqueue(messages=[message], now=now)
        return Delivery.objects.get(event=event, contact=contact)

    return queue
