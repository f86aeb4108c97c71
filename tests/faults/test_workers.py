"""A worker is killed in the middle of something: another finishes it, and nothing is done twice."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from tests.faults.portal import until

pytestmark = [pytest.mark.processes, pytest.mark.faults]


@contextmanager
def held(portal, statement, *values):
    """Hold what a statement locks, so that whoever needs it stands still in the middle of its transaction."""
    connection = portal.postgres.connect(portal.database)
    connection.autocommit = False
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


ROUTINGS = "LOCK TABLE petitions_routing IN SHARE ROW EXCLUSIVE MODE"
JOURNAL = "LOCK TABLE journal_entry IN SHARE ROW EXCLUSIVE MODE"


def test_killed_in_the_middle_of_routing(portal):
    portal.start_web()
    portal.start_worker()
    with held(portal, ROUTINGS):
        made = portal.accepted(2)
        until(portal.blocked, "the worker stands in the middle of a routing")
        portal.kill("worker")
    assert portal.sql("SELECT count(*) FROM petitions_petition WHERE routed_at IS NOT NULL") == [(0,)]
    assert portal.sql("SELECT count(*) FROM petitions_routing") == [(0,)]

    portal.start_worker("second")
    portal.sql("UPDATE petitions_petition SET submitted_at = submitted_at - interval '40 seconds'")
    portal.timetable("petitions.tasks.replay_stranded")
    until(lambda: portal.routed(made) and portal.told(), "another worker has done it")
    portal.audit(made)


@pytest.mark.long
def test_killed_in_the_middle_of_a_sweep(portal):
    portal.start_web()
    made = portal.accepted(2)
    for reference in made:
        assert portal.act("officer", reference, "register").status_code == 200
        assert portal.act("dispatcher", reference, "assign", units=["water"]).status_code == 200
    portal.start_worker()
    until(portal.told, "nothing else is left to do")
    # Three weeks pass unseen: the instants on the rows lie in the past.
    for column in ("alert_at", "assigned_at", "sign_due_at", "contact_due_at", "return_until", "internal_due_at"):
        portal.sql(f"UPDATE dispatch_workorder SET {column} = {column} - interval '21 days'")
    with held(portal, JOURNAL):
        portal.timetable("dispatch.tasks.sweep_clock")
        until(portal.blocked, "the worker stands in the middle of a sweep")
        portal.kill("worker")
    assert "sign_overdue" not in portal.journal(made[0])

    portal.start_worker("second")
    portal.timetable("dispatch.tasks.sweep_clock", "dispatch.tasks.sweep_clock")
    until(lambda: all("sign_overdue" in portal.journal(each) for each in made), "the alerts are given")
    portal.timetable("petitions.tasks.replay_stranded")
    until(portal.told, "and told of")
    for matter, keys in portal.sql("SELECT matter_id, alerts_given FROM dispatch_workorder"):
        said = portal.sql("SELECT data FROM journal_entry WHERE action = 'sign_overdue' AND matter_id = %s", matter)
        assert len(said) == len([key for key in keys if key.startswith("sign_overdue")]) == len(set(map(str, said)))
