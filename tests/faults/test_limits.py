"""A slow gateway, a sender killed in the middle of sending, a full disk: nothing is lost, all else goes on."""

from __future__ import annotations

import resource

import psutil
import pytest

from tests.faults.gateway import Gateway
from tests.faults.portal import until
from tests.petitions.test_attachments import picture

pytestmark = [pytest.mark.processes, pytest.mark.faults]
DUE = "UPDATE notifications_delivery SET next_attempt_at = now() WHERE state IN ('pending', 'sending')"


@pytest.fixture
def slow():
    made = Gateway()
    made.mode = "slow"
    yield made
    made.go.set()
    made.shutdown()
    made.server_close()


def states(portal):
    return [row[0] for row in portal.sql("SELECT state FROM notifications_delivery WHERE channel = 'sms'")]


@pytest.mark.long
def test_a_slow_gateway_holds_up_no_submission_and_a_killed_sender_is_followed_up(portal, slow):
    portal.environment |= {
        "SMS_GATEWAY": "http",
        "SMS_GATEWAY_URL": slow.url,
        "SMS_GATEWAY_TOKEN": "t",
        "SMS_GATEWAY_BODY": '{"to": "{phone}", "text": "{text}"}',
    }
    portal.start_web()
    portal.start_worker()
    made = portal.accepted(2)
    until(lambda: slow.keys, "a worker is in the middle of sending")
    made += portal.accepted(1)
    portal.kill("worker")
    assert set(states(portal)) <= {"sending", "pending"}

    slow.mode = "well"
    slow.go.set()
    portal.start_worker("second")
    portal.sql("UPDATE petitions_petition SET submitted_at = submitted_at - interval '40 seconds'")

    def all_sent() -> bool:
        portal.sql(DUE)  # time passes: the dead worker's claim runs out
        portal.timetable("petitions.tasks.replay_stranded", "notifications.tasks.send_due")
        return portal.routed(made) and portal.told() and set(states(portal)) == {"sent"}

    until(all_sent, "another worker has sent them")
    # The same key at every attempt: a gateway that honours it delivers once.
    assert len(set(slow.keys)) == len(states(portal))
    portal.audit(made)


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
