"""The living demo year: once, the same each time, through real actions none of which is refused."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from desks import recorded
from journal.models import Entry
from liaison.demo_year import matters, year
from notifications.models import Delivery
from petitions.models import Petition
from stations.models import Appointment, Reception, Visit
from tests.cast import at

pytestmark = pytest.mark.django_db
NOW = at("2026-11-20 10:00")
SHORT = year.Size(days=30, matters=8, stations=2, receptions=1, meetings=2)


@pytest.fixture
def district(tmp_path):
    """The demo district with its accounts."""
    call_command("load_directory", settings.BASE_DIR / "directory" / "demo", stdout=StringIO())
    call_command("createdemo", file=tmp_path / "accounts.json", stdout=StringIO())


def lived():
    """The journal of the year, without what `createdemo` itself records of deputies."""
    return Entry.objects.filter(matter_type__in=["petition", "visit", "appointment", "reception"])


def picture():
    """What can be compared between two runs: everything but the random references."""
    return (
        list(Petition.objects.order_by("pk").values_list("title", "state", "submitted_at", "station__code")),
        list(Visit.objects.order_by("pk").values_list("words", "came_at", "outcome", "key")),
        list(Appointment.objects.order_by("pk").values_list("subject", "state", "starts_at")),
        list(Reception.objects.order_by("pk").values_list("station__code", "starts_at", "state")),
        list(lived().order_by("pk").values_list("matter_type", "action", "at")),
    )


def test_the_year_is_the_same_each_time_and_nothing_is_refused(district):
    seen = []
    for _ in range(2):
        with transaction.atomic():
            told = year.live(now=NOW, size=SHORT)
            seen.append(picture())
            transaction.set_rollback(True)
        assert [what for what in told if what.startswith("refused")] == []
    assert seen[0] == seen[1]
    petitions, visits, appointments, receptions, entries = seen[0]
    assert len(petitions) >= 8
    assert visits
    assert appointments
    assert receptions
    assert max(when for _type, _action, when in entries) <= NOW + timedelta(hours=1)


def test_it_is_lived_once_and_tells_nobody_outside(district):
    assert year.live(now=NOW, size=SHORT)
    kept = picture()
    matters_of = {}
    for kind, number, when in lived().order_by("pk").values_list("matter_type", "matter_id", "at"):
        matters_of.setdefault((kind, number), []).append(when)
    assert all(times == sorted(times) for times in matters_of.values())

    coded = {entry.action for entry in Entry.objects.all() if recorded.what(entry) == entry.action}
    assert not coded  # the auditor reads words, of every app
    assert all(entry.matter_type in recorded.MATTERS for entry in Entry.objects.all())

    assert not year.live(now=NOW, size=SHORT)
    assert picture() == kept
    assert not Delivery.objects.due(NOW).filter(channel="sms").exists()


def test_there_are_matters_enough_and_each_is_another_one():
    words = [matter.words for matter in matters.MATTERS]

    assert len(set(words)) == len(words) >= 60
    assert len({matter.answer for matter in matters.MATTERS}) == len(words)
    assert all(len(matter.words) >= 12 and matter.address and matter.answer for matter in matters.MATTERS)
