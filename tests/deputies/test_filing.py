"""Entries with evidence: who may enter, verify, reject, appeal and rule; what counts, and what the journal says."""

from datetime import date, timedelta

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile

from deputies import actions
from deputies.actions import Duty
from deputies.models import Deputy, DutyRecord, Evidence
from deputies.recompute import compare
from journal.models import Entry
from notifications.models import Delivery
from tests.cast import build
from tests.deputies.conftest import NOW, filed, points
from tests.petitions.test_attachments import picture

pytestmark = pytest.mark.django_db
TRAINING = Duty(item="training", title="初任培训", on=date(2026, 11, 10))


@pytest.fixture
def cast(rules, tmp_path, monkeypatch):
    monkeypatch.setattr(Evidence._meta.get_field("file"), "storage", FileSystemStorage(tmp_path))
    return build()


def photo(name="it.jpg"):
    return SimpleUploadedFile(name, picture(), "image/jpeg")


def entered(cast, duty=TRAINING, who="deputy", files=None):
    files = [photo()] if files is None else files
    return actions.enter(deputy=cast.seat, duty=duty, files=files, by=getattr(cast, who), now=NOW)


def test_a_deputys_entry_counts_once_the_officer_has_verified_it(cast):
    entry = entered(cast)
    filed()
    assert points(cast.seat, "training") == (0, 0)
    assert entry.evidence.count() == 1

    actions.verify(entry=entry, by=cast.officer, now=NOW)
    filed()
    assert points(cast.seat, "training") == (1, 2)
    record = DutyRecord.objects.get()
    assert (record.entry.matter_type, record.entry.matter_id, record.entry.action) == (
        "duty_entry",
        entry.pk,
        "verified",
    )
    assert record.on == TRAINING.on
    with pytest.raises(actions.CannotVerify):
        actions.verify(entry=entry, by=cast.officer, now=NOW)
    assert not compare().any


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"item": "absence"}, "item"),
        ({"item": "reception"}, "item"),
        ({"item": "nothing"}, "item"),
        ({"title": " "}, "title"),
        ({"on": date(2026, 11, 21)}, "on"),
        ({"on": date(2024, 11, 1)}, "on"),
        ({"quantity": 2}, "quantity"),
    ],
)
def test_what_a_deputy_cannot_enter(cast, change, field):
    given = {"item": "training", "title": "培训", "on": date(2026, 11, 10), "quantity": 1} | change
    with pytest.raises(actions.CannotEnter) as refused:
        entered(cast, Duty(**given))
    assert refused.value.field == field


def test_a_deputys_entry_needs_evidence_that_is_a_photo_or_a_pdf(cast):
    for files in ([], [SimpleUploadedFile("x.jpg", b"MZ nothing")], [photo(f"{n}.jpg") for n in range(6)]):
        with pytest.raises(actions.CannotEnter) as refused:
            entered(cast, files=files)
        assert refused.value.field == "files"
    assert not Evidence.objects.exists()


def test_nobody_verifies_the_own_entry_nor_one_of_another_station(cast):
    entry = entered(cast)
    cast.station["east"].officer = cast.deputy
    cast.station["east"].save()
    for who in ("deputy", "far_officer", "far_dispatcher", "handler", "head", "resident", "root", "neighbour"):
        with pytest.raises(actions.NotYours):
            actions.verify(entry=entry, by=getattr(cast, who), now=NOW)
        with pytest.raises(actions.NotYours):
            actions.reject(entry=entry, by=getattr(cast, who), now=NOW, reason="x")
        if who != "deputy":
            with pytest.raises(actions.NotYours):
                entered(cast, who=who)


def test_the_station_notes_an_absence_and_the_deputy_has_it_struck(cast):
    entered(cast, Duty(item="absence", title="常委会会议", on=date(2026, 11, 9), quantity=2), who="officer", files=[])
    filed()
    assert points(cast.seat, "absence") == (1, -2)

    record = DutyRecord.objects.get()
    appeal = actions.appeal_record(record=record, by=cast.deputy, now=NOW, text="请假已获批准。")
    with pytest.raises(actions.NotYours):
        actions.rule(appeal=appeal, granted=True, by=cast.officer, now=NOW, ruling="x")
    actions.rule(appeal=appeal, granted=True, by=cast.dispatcher, now=NOW, ruling="属实。")
    filed()

    assert points(cast.seat, "absence") == (0, 0)
    record.refresh_from_db()
    assert record.struck_by.action == "appeal_granted"
    assert not compare().any


def test_a_rejection_has_a_reason_and_can_be_appealed_once_within_ten_working_days(cast):
    entry = entered(cast)
    with pytest.raises(actions.CannotVerify):
        actions.reject(entry=entry, by=cast.officer, now=NOW, reason=" ")
    actions.reject(entry=entry, by=cast.officer, now=NOW, reason="照片看不清。")
    with pytest.raises(actions.CannotAppeal):  # ten working days after Friday the 20th end on Friday, 4 December
        actions.appeal_entry(entry=entry, by=cast.deputy, now=NOW + timedelta(days=15), text="有签到表。")
    with pytest.raises(actions.NotYours):
        actions.appeal_entry(entry=entry, by=cast.officer, now=NOW, text="x")
    appeal = actions.appeal_entry(entry=entry, by=cast.deputy, now=NOW + timedelta(days=14), text="有签到表。")
    with pytest.raises(actions.CannotAppeal):
        actions.appeal_entry(entry=entry, by=cast.deputy, now=NOW, text="再次。")
    with pytest.raises(actions.CannotRule):
        actions.rule(appeal=appeal, granted=True, by=cast.supervisor, now=NOW, ruling="")
    actions.rule(appeal=appeal, granted=True, by=cast.supervisor, now=NOW, ruling="签到表可证。")
    filed()

    assert points(cast.seat, "training") == (1, 2)
    with pytest.raises(actions.CannotRule):
        actions.rule(appeal=appeal, granted=False, by=cast.supervisor, now=NOW, ruling="x")
    assert [e.action for e in Entry.objects.filter(matter_type="duty_entry").order_by("id")] == [
        "entered", "rejected", "appealed", "appeal_granted",
    ]  # fmt: skip


def test_those_concerned_are_told_once(cast):
    entry = entered(cast)
    actions.reject(entry=entry, by=cast.officer, now=NOW, reason="看不清。")
    actions.appeal_entry(entry=entry, by=cast.deputy, now=NOW, text="有签到表。")
    while actions.tell(now=NOW):
        pass

    told = {(d.user.username, d.subject) for d in Delivery.objects.select_related("user")}
    assert told == {
        ("officer", "A duty entry waits to be verified"),
        ("station_head", "A duty entry waits to be verified"),
        ("deputy", "Your duty entry was rejected: you may appeal"),
        ("dispatcher", "An appeal about a duty file waits for a ruling"),
        ("supervisor", "An appeal about a duty file waits for a ruling"),
    }
    assert actions.tell(now=NOW) == 0


def test_a_deputy_without_a_station_is_the_commissions(cast):
    alone = Deputy.objects.create(code="D9", name="无站", level="township", term=7, area=cast.area["TG"])
    entry = actions.enter(deputy=alone, duty=TRAINING, by=cast.far_dispatcher, now=NOW)
    assert entry.state == "verified"
    with pytest.raises(actions.NotYours):
        actions.enter(deputy=alone, duty=TRAINING, by=cast.officer, now=NOW)
