"""The deputy's desk and duty files in a browser: axe, nothing too wide, phone first, both languages, elder and dark."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from deputies.actions import Duty, enter, file_facts, load_rules, reject
from deputies.models import DutyEntry, Evidence
from journal import actions as journal
from petitions.models import Claim, Petition
from tests.browser.test_desk_keyboard import sign_in
from tests.petitions.test_attachments import picture

PAGES = [
    ("deputy", "/desk/deputy/"),
    ("deputy", "/desk/deputy/claimable/"),
    ("deputy", "/desk/duty/"),
    ("deputy", "/desk/duty/files/D1/enter/"),
    ("officer", "/desk/duty/queue/"),
    ("officer", "/desk/duty/files/"),
    ("officer", "/desk/duty/behind/?rhythm=home"),
    ("dispatcher", "/desk/duty/queue/"),
    (None, "/deputies/"),
    (None, "/deputies/D1/"),
]


@pytest.fixture
def duty(matter: Any) -> Any:
    """A deputy with a followed matter, one that nobody follows, records, an entry that waits and one rejected."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    load_rules()
    cast, now = matter.cast, timezone.now()
    matter.to("in_progress")
    Claim.objects.create(petition=matter.petition, deputy=cast.seat, at=now)
    matter.to("assigned")
    Petition.objects.filter(reference=matter.reference).update(deputy=None)
    for action in ("reception.held", "visit.logged", "petition.evaluate", "session.missed"):
        kind, name = action.split(".")
        journal.write(
            matter_type=kind, matter_id=matter.petition.pk, action=name, at=now, data={"deputies": [cast.seat.pk]}
        )
    for title in ("初任培训", "老旧小区调研"):
        files = [SimpleUploadedFile("it.jpg", picture(), "image/jpeg")]
        thing = Duty(item="training", title=title, on=timezone.localdate())
        enter(deputy=cast.seat, duty=thing, files=files, by=cast.deputy, now=now)
    reject(entry=DutyEntry.objects.order_by("pk")[0], by=cast.officer, now=now, reason="照片看不清。")
    file_facts(now=now)
    assert Evidence.objects.count() == 2
    return matter


@pytest.mark.parametrize(
    ("width", "language", "display"),
    [(390, "zh-hans", {}), (390, "en", {"elder": 1}), (1440, "en", {"theme": "dark"}), (1440, "zh-hans", {})],
)
def test_axe_finds_nothing(visit: Any, duty: Any, width: int, language: str, display: dict[str, Any]) -> None:
    problems = []
    for who, path in PAGES:
        visitor = visit(width=width, language=language)
        if who:
            sign_in(visitor, getattr(duty.cast, who))
        visitor.display(**display)
        visitor.go(path)
        problems += [f"{path}: {fault}" for fault in visitor.axe()]
        if visitor.overflow() > 0:
            problems.append(f"{path} is {visitor.overflow()} px too wide")
    assert not problems, "\n".join(problems)
