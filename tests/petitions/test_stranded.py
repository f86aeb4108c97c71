"""What a lost message left behind is found again: all of it, and one that cannot be routed holds nobody up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from petitions import actions, tasks
from petitions.models import Petition
from tests.factories import PetitionFactory

pytestmark = pytest.mark.django_db
petition: Any = PetitionFactory


@pytest.fixture
def stranded(cast: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(tasks, "BATCH", 2)
    long_ago = timezone.now() - timedelta(hours=1)
    return [petition(area=cast.area["EB"], submitted_at=long_ago).pk for _ in range(5)]


def unrouted() -> list[int]:
    return list(Petition.objects.unrouted().order_by("pk").values_list("pk", flat=True))


def test_all_are_routed_in_one_round_however_many(stranded: list[int], cast: Any) -> None:
    fresh = petition(area=cast.area["EB"]).pk
    tasks.replay_stranded()
    assert unrouted() == [fresh]  # its message may still arrive


def test_one_that_cannot_be_routed_holds_nobody_up(stranded: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    route = actions.route

    def breaks(*, petition: Petition, now: Any) -> Any:
        if petition.pk == stranded[1]:
            raise ValueError("poisoned")
        return route(petition=petition, now=now)

    monkeypatch.setattr(actions, "route", breaks)
    tasks.replay_stranded()
    assert unrouted() == [stranded[1]]


def test_a_round_ends_before_the_next_begins(stranded: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "ROUND_SECONDS", 0.0)
    tasks.replay_stranded()
    assert unrouted() == stranded
