from datetime import datetime
from typing import Any

import pytest

from deputies.actions import file_facts, load_rules
from deputies.models import DutyTotal
from journal import actions as journal
from tests.cast import at

NOW = at("2026-11-20 10:00")


@pytest.fixture
def rules(db):
    load_rules()


@pytest.fixture
def fact(rules):
    """Write one fact of duty, as another app would: `fact("reception.held", deputy, …)`."""

    def write(name: str, *deputies: Any, when: datetime = NOW, **data: Any):
        kind, action = name.split(".")
        return journal.write(
            matter_type=kind, matter_id=1, action=action, at=when, data={"deputies": [d.pk for d in deputies], **data}
        )

    return write


def filed() -> None:
    while file_facts(now=NOW):
        pass


def points(deputy: Any, item: str, year: int = 2026) -> tuple[int, int]:
    """(times, points) of an item."""
    total = DutyTotal.objects.filter(deputy=deputy, item=item, year=year).first()
    return (total.count, total.points) if total else (0, 0)
