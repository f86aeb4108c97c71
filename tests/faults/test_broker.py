"""Redis goes away, messages come twice and in the wrong order, the timetable stops: all is done once in the end."""

from __future__ import annotations

import threading

import pytest

from tests.faults.portal import until

pytestmark = [pytest.mark.processes, pytest.mark.faults]


def test_redis_stops_during_submissions_and_comes_back(portal):
    portal.start_web()
    portal.start_worker()
    before = portal.accepted(2)
    until(lambda: portal.routed(before), "the first are routed")

    portal.redis.stop()
    meanwhile = portal.accepted(4)
    assert not portal.routed(meanwhile)
    portal.redis.start()
    after = portal.accepted(2)
    portal.catches_up(before + meanwhile + after, "all are routed and told of, by the worker that lived through it")


@pytest.mark.long
def test_messages_twice_and_out_of_order(portal):
    portal.start_web()
    made = portal.accepted(3)
    numbers = [portal.number(reference) for reference in made]
    for _ in range(3):
        for number in reversed(numbers):
            portal.tasks.send_task("petitions.tasks.tell", args=(number,), queue="notices")
            portal.tasks.send_task("petitions.tasks.route", args=(number,), queue="routing")
    portal.start_worker(processes=2)

    until(lambda: portal.routed(made), "all are routed")
    for number in numbers:
        portal.tasks.send_task("petitions.tasks.route", args=(number,), queue="routing")
        portal.tasks.send_task("petitions.tasks.tell", args=(number,), queue="notices")
    until(portal.told, "all is told")
    portal.audit(made)
    twice = portal.sql(
        "SELECT event, user_id, contact_id, channel FROM notifications_delivery "
        "GROUP BY event, user_id, contact_id, channel HAVING count(*) > 1"
    )
    assert twice == []


@pytest.mark.long
@pytest.mark.parametrize("hours", [24 * 5, 24 * 12])
def test_the_timetable_stops_over_a_deadline_and_over_a_week(portal, hours):
    portal.start_web()
    made = portal.accepted(2)
    for reference in made:
        assert portal.act("officer", reference, "register").status_code == 200
        assert portal.act("dispatcher", reference, "assign", units=["water"]).status_code == 200
    first = portal.inside("sweep", str(hours))
    again = portal.inside("sweep", str(hours))
    back = portal.inside("sweep", str(hours - 1))  # the machine's clock goes back an hour

    assert first["given"] >= 2
    assert (again["given"], back["given"]) == (0, 0)
    for keys, waits in portal.sql("SELECT alerts_given, alert_at FROM dispatch_workorder"):
        assert keys
        assert len(set(keys)) == len(keys)
        assert waits is not None or hours > 24 * 7  # the next one is not forgotten


@pytest.mark.long
def test_a_poisoned_row_stops_no_other_and_is_shown(portal):
    portal.start_web()
    made = portal.accepted(3)
    for reference in made:
        assert portal.act("officer", reference, "register").status_code == 200
        assert portal.act("dispatcher", reference, "assign", units=["water"]).status_code == 200
    poisoned = portal.number(made[1])
    portal.sql("UPDATE dispatch_workorder SET alerts_given = '5' WHERE matter_id = %s", poisoned)

    portal.inside("sweep", str(24 * 8))

    errors = dict(portal.sql("SELECT matter_id, alert_error FROM dispatch_workorder"))
    assert errors.pop(poisoned) != ""
    assert set(errors.values()) == {""}
    said = portal.sql("SELECT matter_id FROM journal_entry WHERE action = 'sign_overdue'")
    assert {row[0] for row in said} == set(errors)


def test_two_dispatchers_press_at_once(portal):
    portal.start_web()
    (reference,) = portal.accepted(1)
    assert portal.act("officer", reference, "register").status_code == 200
    begin, answers = threading.Barrier(4), []

    def press(unit: str) -> None:
        begin.wait()
        answers.append(portal.act("dispatcher", reference, "assign", units=[unit]).status_code)

    # The office at four desks. (Whether somebody who may not assign hears 403 or 409 depends on who is first.)
    threads = [threading.Thread(target=press, args=[unit]) for unit in ("water", "road", "road", "water")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 409, 409, 409]
    assert portal.journal(reference).count("assign") == 1
    assert portal.sql("SELECT count(*) FROM dispatch_workorder WHERE kind = 'lead'") == [(1,)]
