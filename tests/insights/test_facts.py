"""Looked up or joined, the facts of a petition are the same; which way is taken depends on how many are asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from dispatch.models import OrderKind, WorkOrder
from insights import facts
from insights.question import usual
from insights.reckoning import reckon
from petitions.figures import FIGURES, SUMS
from petitions.models import Petition, Routing
from tests.desks.conftest import suggest
from tests.factories import PetitionFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db
LOOK_UP, JOIN = 0, 10**9
HOUR = timedelta(hours=1)


def reckoned(monkeypatch, user, dearer, now):
    taken = []
    for name in ("looked_up", "joined"):
        way = getattr(facts, name)
        monkeypatch.setattr(facts, name, lambda *given, way=way, name=name: taken.append(name) or way(*given))
    monkeypatch.setattr(facts, "DEARER", dearer)
    found = reckon(user, usual(now), now)
    monkeypatch.undo()
    assert taken == ["looked_up" if dearer == LOOK_UP else "joined"]
    return found


def test_both_ways_are_the_same_for_everybody(town, monkeypatch):
    now = timezone.now()
    for who in ("supervisor", "dispatcher", "officer", "head", "road_handler"):
        user = getattr(town.cast, who)
        ways = [reckoned(monkeypatch, user, dearer, now) for dearer in (LOOK_UP, JOIN)]
        assert ways[0] == ways[1], who
        assert ways[0].total["received"], who
        for counts in (ways[0].total, *(each for by in ways[0].by.values() for each in by.values())):
            assert set(counts) <= set(FIGURES)


def test_the_worst_contact_of_several_orders_counts(cast, monkeypatch):
    now = timezone.now()
    kept = {"contact_due_at": now - HOUR, "contacted_at": now - 2 * HOUR}
    missed = {"contact_due_at": now - HOUR, "contacted_at": None}
    for orders in ([kept], [kept, missed], [missed], [kept, kept], [{**missed, "kind": OrderKind.CO}, kept], []):
        petition = PetitionFactory(area=cast.area["EB"], station=cast.station["east"], submitted_at=now - 9 * HOUR)
        for order, unit in zip(orders, ("water", "road"), strict=False):
            values = {"kind": OrderKind.SEPARATE, **order}
            WorkOrder.objects.filter(pk=WorkOrderFactory(petition=petition, department=cast.unit[unit]).pk).update(
                **values
            )
    for dearer in (LOOK_UP, JOIN):
        total = reckoned(monkeypatch, cast.supervisor, dearer, now).total
        assert (total["received"], total["contact_due"], total["contacted"]) == (6, 5, 3)


def test_numbers_need_not_follow_time(cast, monkeypatch):
    """What came last may have the lowest number: a letter is entered with the day on which it came."""
    now = timezone.now()
    made = [
        PetitionFactory(area=cast.area["EB"], lead_unit=cast.unit["water"], submitted_at=now - timedelta(days=days))
        for days in (1, 400, 3, 500, 2)
    ]
    for petition in made:
        suggest(petition, "road", "water")
    Routing.objects.update(assigned=True)
    for dearer in (LOOK_UP, JOIN):
        total = reckoned(monkeypatch, cast.supervisor, dearer, now).total
        assert (total["received"], total["routed"], total["overturned"]) == (3, 3, 3)


def test_nothing_came(cast, monkeypatch):
    for dearer in (LOOK_UP, JOIN):
        found = reckoned(monkeypatch, cast.supervisor, dearer, timezone.now())
        assert not found.total.total()
        assert not any(found.by.values())


def test_who_asks_for_most_of_a_time_gets_it_joined(cast, monkeypatch):
    now, asked = timezone.now(), usual(timezone.now())
    rows = Petition.objects.all()
    for few, whole, joined in ((10, 100, False), (33, 100, False), (34, 100, True), (100, 100, True), (0, 0, False)):
        expected = iter([few, whole])
        monkeypatch.setattr(facts, "expected", lambda _rows, expected=expected: next(expected))
        sql, _values = facts.facts(rows, asked, now)
        assert ("AS view ON" in sql) is joined, (few, whole)


def test_the_planner_is_asked_and_no_row_is_read(cast, django_assert_num_queries):
    with django_assert_num_queries(1) as seen:
        assert facts.expected(Petition.objects.all()) >= 0
    assert seen[0]["sql"].startswith("EXPLAIN (FORMAT JSON) SELECT")


def test_a_sum_is_of_figures_that_are_counted():
    assert set(SUMS) | set(facts.COUNTED) | {"received"} == set(FIGURES)
    for parts in SUMS.values():
        assert set(parts) <= set(facts.COUNTED)


def test_a_petition_that_arrives_while_one_asks_is_counted_whole(cast):
    now = timezone.now()
    area = cast.area["EB"]
    PetitionFactory(area=area, station=cast.station["east"], submitted_at=now - 9 * HOUR)
    question = usual(now)
    select, values = facts.joined(Petition.objects.all(), question, now)
    late = PetitionFactory(area=area, station=cast.station["east"], submitted_at=now)
    suggest(late, "water", "road")
    Routing.objects.filter(petition=late).update(assigned=True)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), count(*) FILTER (WHERE is_routed) FROM ({select}) AS facts", values)
        assert cursor.fetchone() == (2, 1)
