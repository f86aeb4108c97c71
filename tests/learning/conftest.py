"""A town with a past: closings by rows, so that the router has something to learn from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch import versions
from dispatch.models import WorkOrder
from petitions.learning import following, placing
from petitions.models import Petition
from tests.cast import at
from tests.factories import ContactFactory, PetitionFactory

NOW = at("2026-11-20 10:00")
CASES = (
    ("drain", "water", "下水道堵塞", "小区门口的下水道堵塞，污水流到路上。"),
    ("road", "road", "路面坑洼", "学校前面的路面坑洼不平，晚上容易摔跤。"),
    ("noise", "park", "广场舞噪音", "公园里的广场舞噪音很大，晚上十点还不停。"),
)


@pytest.fixture(autouse=True)
def _fresh(settings, tmp_path):
    """No model, index or file of another test."""
    settings.MODEL_DIR = str(tmp_path / "models")
    for forget in (versions.unload, placing.reset, following.reset):
        forget()
    versions._Checked.key = None
    yield
    for forget in (versions.unload, placing.reset, following.reset):
        forget()


def close(cast, number, *, days_ago, unit=None, now=NOW, **changes):
    """One answered petition, as it stands in the tables."""
    category, usual, title, text = CASES[number % len(CASES)]
    replied = now - timedelta(days=days_ago)
    values = {
        "area": cast.area[("EB", "WB", "TG")[number % 3]],
        "category": cast.category[category],
        "title": f"{title}{number}",
        "text": f"{text}第{number}次反映。",
        "kind": "claim",
        "state": "concluded",
        "submitted_at": replied - timedelta(days=1),
        "replied_at": replied,
        "ended_at": replied,
        "routed_at": replied - timedelta(days=1),
        "due_at": None,
        **changes,
    }
    petition = PetitionFactory(contact=ContactFactory(), **values)
    order(cast, petition, unit or usual, replied)
    return petition


def order(cast, petition, unit, replied, kind="lead"):
    """A replied work order."""
    return WorkOrder.objects.create(
        matter_type="petition",
        matter_id=petition.pk,
        reference=petition.reference,
        title=petition.title,
        area=petition.area,
        department=cast.unit[unit],
        kind=kind,
        state="replied",
        service=petition.kind,
        urgency=petition.urgency,
        assigned_at=petition.submitted_at,
        sign_due_at=replied,
        return_until=replied,
        internal_due_at=replied,
        replied_at=replied,
    )


@pytest.fixture
def past(cast):
    """Two hundred and forty closings of the last eighty days; noise, which the list does not know, goes to parks."""
    return [close(cast, number, days_ago=80 - number / 3) for number in range(240)]


@pytest.fixture
def fresh_petition(cast):
    """Make a petition that nobody has looked at yet."""

    def make(**changes) -> Petition:
        return PetitionFactory(
            **{
                "contact": ContactFactory(),
                "area": cast.area["EB"],
                "submitted_at": NOW,
                "title": "广场舞噪音",
                "text": "公园里的广场舞噪音很大，晚上十点还不停。",
                "kind": "claim",
                **changes,
            }
        )

    return make
