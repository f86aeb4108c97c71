"""The supervisor's lists say where they are cut off, and lead on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from desks import oversight
from desks.models import KeySupervision
from dispatch.models import WorkOrder
from petitions.models import Petition

pytestmark = pytest.mark.django_db
CUT = "These are the first 1."


@pytest.fixture
def two(walk, cast):
    """Two matters, each in every list of supervision but the ledger itself."""
    now = timezone.now()
    for _ in range(2):
        walk.to("in_progress")
        walk.order_act("head", "propose_ledger", reason="需市级立项。")
        WorkOrder.objects.filter(pk=walk.order.pk).update(internal_due_at=now - timedelta(days=2))
        KeySupervision.objects.create(
            petition=walk.petition, supervisor=cast.supervisor, opened_at=now, look_back_on=now.date()
        )
    Petition.objects.update(failures=2, supervision_asked_at=now)


def test_each_list_that_is_cut_off_says_so(sit, two, monkeypatch):
    monkeypatch.setattr(oversight, "LISTED", 1)
    page = sit("supervisor").get("/desk/supervision/").content.decode()
    parts = {part.split('"')[0]: part for part in page.split('<section aria-labelledby="')[1:]}
    assert {name: part.count(CUT) for name, part in parts.items()} == {
        "h-watch": 1,
        "h-over": 0,  # has a sentence of its own
        "h-dep": 1,
        "h-fail": 1,
        "h-led": 1,
    }
    assert 'href="/desk/?tab=dissatisfied&amp;ordering=due_at"' in parts["h-fail"]


def test_whole_lists_say_nothing_and_a_units_row_leads_to_its_overdue_matters(sit, two):
    client = sit("supervisor")
    page = client.get("/desk/supervision/").content.decode()
    assert "These are the" not in page
    assert '<a href="/desk/?tab=overdue&amp;department=water">Water Bureau</a>' in page
    Petition.objects.update(due_at=timezone.now() - timedelta(days=1))
    for unit, number in (("water", 2), ("road", 0)):
        listed = client.get(f"/desk/?tab=overdue&department={unit}").content.decode()
        assert listed.count("data-row") == number


def test_urge_many_each_with_its_result(sit, late):
    page = sit("supervisor").get("/desk/supervision/").content.decode()
    assert "Water Bureau" in page
    assert all(order.reference in page for order in late)
    data = {"order": [order.pk for order in late], "note": "请三日内办结。"}
    page = sit("supervisor").post("/desk/supervision/urge/", data).content.decode()
    assert page.count("Urged.") == 2
    assert set(WorkOrder.objects.values_list("urged_count", flat=True)) == {1}


def test_urging_needs_words_and_a_choice_and_loses_neither(sit, late):
    client = sit("supervisor")
    answer = client.post("/desk/supervision/urge/", {"order": [late[0].pk], "note": " "})
    assert answer.status_code == 422
    assert f'value="{late[0].pk}" checked' in answer.content.decode()
    answer = client.post("/desk/supervision/urge/", {"note": "请三日内办结。"})
    assert answer.status_code == 422
    assert ">请三日内办结。</textarea>" in answer.content.decode()
    assert WorkOrder.objects.filter(urged_count=0).count() == 2
