"""The inbox lists the orders of one tab, and builds the query of that one only."""

from __future__ import annotations

import pytest
from django.utils import timezone

from desks import inbox
from desks.inbox import SOON, TABS, by_tab, under

pytestmark = pytest.mark.django_db


def test_a_tab_is_the_one_of_all(walk, cast):
    walk.to("in_progress")
    now = timezone.now()
    asked = ([cast.unit["water"].pk], cast.handler.pk, now, now + SOON)
    every = by_tab(*asked)
    assert list(every) == list(TABS)
    assert any(every.values())
    for tab in TABS:
        assert str(under(tab, *asked).query) == str(every[tab].query)


def test_one_query_is_built_for_one_list(sit, walk, monkeypatch):
    walk.to("in_progress")
    client, built = sit("head"), []
    client.get("/desk/unit/")  # the counts of all tabs are written once a process
    held = inbox.held_orders
    monkeypatch.setattr(inbox, "held_orders", lambda units: built.append(units) or held(units))
    for tab in ("answer", "mine"):
        assert client.get(f"/desk/unit/?tab={tab}").status_code == 200
    assert len(built) == 2
