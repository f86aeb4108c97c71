"""PostgreSQL goes away under load: what was refused can be sent again, and all is stored and routed once."""

from __future__ import annotations

import threading

import pytest

from tests.faults.portal import until

pytestmark = [pytest.mark.processes, pytest.mark.faults]


def test_postgres_restarts_under_load(portal):
    portal.start_web()
    portal.start_worker()
    accepted, refused, stop = [], [], []

    def load() -> None:
        number = 0
        while not stop:
            number += 1
            try:
                answer = portal.submit(f"井盖第{number}处。", key=f"load-{number}")
            except OSError:
                refused.append(number)
                continue
            (accepted if answer.status_code == 201 else refused).append(
                answer.json()["reference"] if answer.status_code == 201 else number
            )

    thread = threading.Thread(target=load)
    thread.start()
    until(lambda: len(accepted) >= 3, "some are taken before")
    portal.postgres.restart()
    before = len(accepted)
    try:
        until(lambda: len(accepted) >= before + 3, "service comes back by itself")
    finally:
        stop.append(True)
        thread.join()

    # Sent again with the same key, what was refused exists once.
    for number in refused:
        answer = portal.submit(f"井盖第{number}处。", key=f"load-{number}")
        assert answer.status_code == 201, answer.text
        if answer.json()["reference"] not in accepted:
            accepted.append(answer.json()["reference"])
    portal.catches_up(accepted, "the same worker has routed all")
    assert portal.sql("SELECT count(*) FROM petitions_petition") == [(len(accepted),)]
