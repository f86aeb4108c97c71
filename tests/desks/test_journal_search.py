"""The auditor finds entries by day, by the words of the page and by person; each by an index."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.actions import appoint_administrator
from accounts.models import User
from desks.journalsearch import found
from journal import actions as journal
from journal.models import Entry

pytestmark = pytest.mark.django_db
JOURNAL = "/admin/journal/entry/"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def auditor(sit, cast):
    appoint_administrator(user=cast.auditor, kind="auditor")
    return sit("auditor")


def write(action, at=None, **more):
    values = {"matter_type": "reception", "matter_id": 7, "visibility": "staff", **more}
    return journal.write(action=action, at=at or timezone.now(), **values)


def shown(client, **query):
    """The numbers of the entries on the page."""
    return set(map(int, re.findall(r"/admin/journal/entry/(\d+)/change/", client.get(JOURNAL, query).content.decode())))


def test_days_are_both_included_by_the_local_calendar(auditor):
    first, last = datetime(2026, 3, 2, tzinfo=SHANGHAI), datetime(2026, 3, 3, 23, 59, 59, tzinfo=SHANGHAI)
    before, *within, after = [
        write("planned", at).pk for at in (first - timedelta(seconds=1), first, last, last + timedelta(seconds=1))
    ]
    assert shown(auditor, day_from="2026-03-02", day_to="2026-03-03") == set(within)
    assert shown(auditor, day_to="2026-03-01") == {before}
    assert after in shown(auditor, day_from="2026-03-04")
    page = auditor.get(JOURNAL, {"day_from": "2026-03-02", "q": "planned"}).content.decode()
    assert re.search(r'type="date"[^>]+name="day_from" value="2026-03-02"', page)
    page = auditor.get(JOURNAL, {"matter_type": "reception", "actor_kind__exact": "system"}).content.decode()
    form = page.split('id="filter-form"')[1].split("</form>")[0]
    assert re.search(r'type="hidden" name="matter_type" value="reception"', form)
    assert re.search(r'type="hidden" name="actor_kind__exact" value="system"', form)


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_what_is_no_day_is_said_and_finds_nothing(auditor, day):
    write("planned")
    answer = auditor.get(JOURNAL, {"day_from": day, "day_to": "2026-03-02"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f"This is no day: {day}" in page
    assert re.search(r'name="day_from" value=""', page)  # a browser would not show it
    assert re.search(r'name="day_to" value="2026-03-02"', page)
    assert shown(auditor, day_from=day) == set()


@pytest.mark.parametrize(("language", "term"), [("en", "given to a dep"), ("zh-hans", "{label}")])
def test_an_action_is_found_by_what_the_page_calls_it(cast, walk, language, term):
    from petitions.timeline import LABELS

    walk.to("assigned")
    same_code_elsewhere = write("assign")
    with translation.override(language):
        entries = found(Entry.objects.all(), term.format(label=LABELS["assign"]))
        assert [entry.action for entry in entries] == ["assign"]
    assert same_code_elsewhere not in entries


def test_words_of_other_matters_and_codes_without_words(cast):
    published, odd = write("published"), write("oddity")
    write("publish", matter_type="petition", matter_id=1)
    with translation.override("en"):
        assert list(found(Entry.objects.all(), "made public")) == [published]
        assert list(found(Entry.objects.all(), "oddity")) == [odd]
        assert not found(Entry.objects.all(), "nothing of the kind")


def test_a_person_is_found_by_the_name_shown(auditor, cast):
    User.objects.filter(pk=cast.dispatcher.pk).update(display_name="梁调度")
    mine = write("planned", actor=cast.dispatcher, actor_kind="dispatcher")
    write("planned")
    assert list(found(Entry.objects.all(), "梁调度")) == [mine]
    assert shown(auditor, q="梁调度") == {mine.pk}
    assert shown(auditor, q=cast.dispatcher.username) == {mine.pk}


def test_every_way_is_by_an_index(cast):
    write("planned", actor=cast.dispatcher, actor_kind="dispatcher")
    day = datetime(2026, 3, 2, tzinfo=SHANGHAI)
    ways = {
        "journal_by_actor": found(Entry.objects.all(), cast.dispatcher.username),
        "journal_by_action": found(Entry.objects.all(), "Planned"),
        "journal_by_day": Entry.objects.filter(at__gte=day, at__lt=day + timedelta(days=1)),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for index, entries in ways.items():
            assert index in entries.order_by().explain()


def test_the_statements_do_not_grow(auditor, cast):
    taken = []
    for number in (5, 40):
        for _ in range(number):
            write("planned", actor=cast.dispatcher, actor_kind="dispatcher")
        for query in ({"q": "planned"}, {"q": "Plann"}, {"q": "dispatcher", "day_from": "2026-01-01"}):
            auditor.get(JOURNAL, query)
            with CaptureQueriesContext(connection) as seen:
                assert auditor.get(JOURNAL, query).status_code == 200
            taken.append(len(seen))
    assert taken[:3] == taken[3:]
