"""From the journal to points: each row once, whenever it was committed; rules change without rewriting the past."""

import threading
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError, InternalError

from deputies.actions import CannotChangeRule, Worth, add_rule, end_rule, file_facts
from deputies.models import Deputy, DutyRecord, DutyTotal, ScoringRule
from deputies.recompute import compare
from journal.models import Fact
from tests.cast import at, build
from tests.deputies.conftest import NOW, filed, points

pytestmark = pytest.mark.django_db


@pytest.fixture
def he(rules):
    return build().seat


def test_a_reception_held_gives_the_points_of_its_rule(fact, he):
    entry = fact("reception.held", he, station=7)
    filed()

    record = DutyRecord.objects.get()
    assert (record.entry_id, record.item, record.part, record.points) == (entry.pk, "reception", "basics", 3)
    assert (record.station, record.on, record.year) == (7, date(2026, 11, 20), 2026)
    assert points(he, "reception") == (1, 3)
    assert not Fact.objects.exists()


def test_a_cap_holds_for_the_item_and_the_year(fact, he):
    for day in range(9):
        fact("reception.held", he, when=NOW - timedelta(days=day))
    fact("reception.held", he, when=at("2025-12-31 23:30"))
    filed()

    assert points(he, "reception") == (9, 20)
    assert points(he, "reception", 2025) == (1, 3)


def test_an_absence_takes_away_for_each_half_day_and_has_no_cap(fact, he):
    for _meeting in range(15):
        fact("session.missed", he, quantity=2)
    filed()

    assert points(he, "absence") == (15, -30)


def test_the_same_entry_counts_once_however_often_it_is_filed(fact, he):
    entry = fact("reception.held", he, he)
    filed()
    Fact.objects.create(entry=entry)
    filed()

    assert points(he, "reception") == (1, 3)


def test_what_names_no_deputy_or_no_known_one_leaves_nothing(fact, he):
    from journal import actions as journal

    journal.write(matter_type="reception", matter_id=1, action="held", at=NOW, data={})
    journal.write(matter_type="reception", matter_id=1, action="held", at=NOW, data={"deputies": [10**9]})
    journal.write(matter_type="reception", matter_id=1, action="held", at=NOW, data={"deputies": "x"})
    fact("unheard.of", he)
    filed()

    assert not DutyRecord.objects.exists()
    assert not Fact.objects.exists()


def test_a_changed_rule_counts_from_its_day_and_rewrites_nothing(fact, he):
    for day in range(3):
        fact("reception.held", he, when=at("2026-03-02 10:00") + timedelta(days=day))
    filed()
    assert points(he, "reception") == (3, 9)

    add_rule(
        worth=Worth(item="reception", name="接待", part="basics", points=10, cap=14, facts=["reception.held"]),
        valid_from=date(2026, 6, 1),
    )
    filed()
    assert points(he, "reception") == (3, 9)
    fact("reception.held", he, when=at("2026-07-01 10:00"))
    filed()
    assert points(he, "reception") == (4, 14)  # 9 stay, 5 more fit under the new cap
    fact("reception.held", he, when=at("2026-05-04 10:00"))  # late, but of the time of the first rule
    filed()
    assert points(he, "reception") == (5, 14)
    assert not compare().any


def test_a_lower_cap_takes_nothing_away(fact, he):
    for day in range(6):
        fact("reception.held", he, when=at("2026-03-02 10:00") + timedelta(days=day))
    filed()
    add_rule(
        worth=Worth(item="reception", name="接待", part="basics", points=3, cap=5, facts=["reception.held"]),
        valid_from=date(2026, 6, 1),
    )
    fact("reception.held", he, when=at("2026-07-01 10:00"))
    filed()

    assert points(he, "reception") == (7, 18)


def test_rules_refuse_what_would_rewrite_points(fact, he):
    fact("reception.held", he)
    filed()
    rule = ScoringRule.objects.get(item="reception")
    worth = Worth(item="reception", name="接待", part="basics", points=30, facts=["reception.held"])

    with pytest.raises(CannotChangeRule):
        add_rule(worth=worth, valid_from=date(2026, 11, 1))
    with pytest.raises(CannotChangeRule):
        end_rule(rule=rule, valid_until=date(2026, 11, 20))
    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        ScoringRule.objects.filter(pk=rule.pk).update(points=30)
    end_rule(rule=rule, valid_until=date(2026, 11, 21))
    assert points(he, "reception") == (1, 3)


def test_a_rule_added_later_finds_what_was_filed_under_none(fact, he):
    fact("legislation.advised", he)
    filed()
    add_rule(
        worth=Worth(item="law", name="立法征询", part="group", points=4, facts=["legislation.advised"]),
        valid_from=date(2026, 1, 1),
    )
    filed()

    assert points(he, "law") == (1, 4)
    assert not compare().any


def test_recomputing_finds_what_was_tampered_with(fact, he):
    for name in ("reception.held", "session.missed", "petition.evaluate"):
        fact(name, he)
    out = StringIO()
    call_command("recompute_points", "--check", stdout=out)
    assert "Equal." in out.getvalue()

    DutyTotal.objects.filter(item="reception").update(points=99)
    DutyRecord.objects.filter(item="solved").delete()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("recompute_points", "--check", stdout=out)
    assert "missing 1" in out.getvalue()

    call_command("recompute_points", stdout=StringIO())
    assert not compare().any
    assert points(he, "reception") == (1, 3)
    assert points(he, "solved") == (1, 15)


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_commits_late_is_not_missed_and_two_filing_at_once_count_once(fact):
    """Its number is drawn first; others with higher numbers are filed before it can be seen."""
    he = build().seat
    written, may_end = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            fact("reception.held", he)
            written.set()
            may_end.wait(20)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(20)
    from journal import actions as journal

    journal.write(matter_type="visit", matter_id=5, action="logged", at=NOW, data={"deputies": [he.pk]})
    filed()
    assert points(he, "visit") == (1, 0)
    assert points(he, "reception") == (0, 0)
    may_end.set()
    thread.join()
    threads = [threading.Thread(target=_file) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    filed()

    assert points(he, "reception") == (1, 3)
    assert DutyRecord.objects.count() == 2


def _file():
    try:
        file_facts(now=NOW)
    finally:
        connections.close_all()


def test_filing_takes_as_many_statements_for_fifty_rows_as_for_five(fact, he, django_assert_max_num_queries):
    for number in range(50):
        other = Deputy.objects.create(code=f"X{number}", name="x", level="county", term=7, area=he.area)
        fact("reception.held", other, he)
    with django_assert_max_num_queries(12):
        file_facts(now=NOW)
    assert connection.in_atomic_block
    assert DutyRecord.objects.count() == 100
