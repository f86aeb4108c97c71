"""Files of the worklist: whose they are, what is in them, and what a spreadsheet must not run."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from openpyxl import load_workbook

from common.sheets import safe
from desks import exports, tasks
from desks.models import Export
from directory.models import Office
from journal.models import Entry, Outbox
from notifications.models import Delivery
from petitions.models import Petition
from tests.factories import PetitionFactory
from tests.walk import assert_ok

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]


def ask(client, query="tab=all", format="csv", **more) -> Export:
    answer = client.post("/desk/exports/", {"query": query, "format": format, **more})
    assert answer["Location"] == "/desk/exports/"
    return Export.objects.first()


def written(client, **kwargs) -> Export:
    export = ask(client, **kwargs)
    assert tasks.export(export.pk) is True
    export.refresh_from_db()
    return export


def content(client, export) -> bytes:
    answer = client.get(f"/desk/exports/{export.pk}/file/")
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)


def cells(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


def crowd(cast, number):
    return [PetitionFactory(area=cast.area["EB"], station=cast.station["east"]) for _ in range(number)]


def test_the_file_holds_exactly_what_the_list_shows(sit, cast, monkeypatch):
    monkeypatch.setattr(exports, "PAGE", 7)
    made = crowd(cast, 20)
    Petition.objects.filter(pk__in=[p.pk for p in made[:5]]).update(urgency="urgent")
    PetitionFactory(area=cast.area["TG"], station=cast.station["tea"])
    client = sit("officer")

    everything = written(client, query="tab=all&ordering=submitted_at&cursor=nonsense&evil=1")
    rows = cells(content(client, everything))
    assert [row[0] for row in rows[1:]] == [petition.spoken_reference for petition in made]
    assert rows[0][0] == "Reference"
    assert (everything.rows, everything.total, everything.state) == (20, 20, "ready")

    some = written(client, query="tab=all&urgency=urgent")
    assert {row[0] for row in cells(content(client, some))[1:]} == {p.spoken_reference for p in made[:5]}


def test_xlsx_holds_the_same(sit, cast):
    crowd(cast, 3)
    client = sit("officer")
    book = load_workbook(io.BytesIO(content(client, written(client, format="xlsx"))))
    rows = list(book.active.values)
    assert len(rows) == 4
    assert rows[0][1] == "Title"


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "　＝1", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(evil, sit, cast):
    assert safe(evil) == f"'{evil}"
    crowd(cast, 1)
    Petition.objects.update(title=evil)
    client = sit("officer")
    (row,) = cells(content(client, written(client)))[1:]
    assert row[1] == f"'{evil}"
    sheet = load_workbook(io.BytesIO(content(client, written(client, format="xlsx")))).active
    assert sheet["B2"].data_type == "s"
    assert sheet["B2"].value.startswith("'")


def test_words_and_numbers_stay_as_they_are():
    assert [safe(each) for each in ("下水道-堵塞", "a=b", "", 5, -5, None)] == ["下水道-堵塞", "a=b", "", 5, -5, None]


def test_personal_details_only_where_the_page_shows_them(sit, walk, cast):
    walk.to("in_progress")
    with_contact = walk.reference
    walk.submit(phone="13700000001", share_contact=False)
    walk.act("officer", "register")
    assert_ok(walk.act("dispatcher", "assign", units=["water"]))
    kept_back = walk.reference
    Petition.objects.update(deputy=cast.seat)

    def shown(who, query="tab=all"):
        client = sit(who)
        rows = cells(content(client, written(client, personal="on", query=query)))[1:]
        return {row[0].replace("-", ""): row[21] for row in rows}

    both = {with_contact: "13912345678", kept_back: "13700000001"}
    assert shown("officer") == shown("dispatcher") == both
    assert shown("head", "tab=all&figure=open") == {with_contact: "13912345678", kept_back: ""}
    assert set(shown("deputy").values()) == {""}
    client = sit("officer")
    plain = cells(content(client, written(client)))
    assert len(plain[0]) == 20
    assert "13912345678" not in str(plain)


def test_it_is_the_askers_alone(sit, cast):
    crowd(cast, 1)
    export = written(sit("officer"))
    for who in ("dispatcher", "supervisor", "station_head", "head", "root"):
        assert sit(who).get(f"/desk/exports/{export.pk}/file/").status_code == 404, who
        assert sit(who).post(f"/desk/exports/{export.pk}/remove/").status_code == 404, who
        assert f"/desk/exports/{export.pk}/file/" not in sit(who).get("/desk/exports/").content.decode()
    assert sit().get(f"/desk/exports/{export.pk}/file/").status_code == 302
    assert sit("officer").get("/desk/exports/").content.decode().count("/file/") == 1


def test_with_other_duties_the_file_is_theirs_no_longer(sit, cast):
    crowd(cast, 1)
    export = written(sit("dispatcher"))
    Office.objects.filter(user=cast.dispatcher).update(area=cast.area["HS"])
    answer = sit("dispatcher").get(f"/desk/exports/{export.pk}/file/", follow=True)
    assert "duties have changed" in answer.content.decode()
    Office.objects.filter(user=cast.dispatcher).delete()
    assert sit("dispatcher").get(f"/desk/exports/{export.pk}/file/").status_code == 404


def test_what_may_be_read_is_asked_when_it_is_written(sit, cast):
    crowd(cast, 2)
    export = ask(sit("dispatcher"))
    Office.objects.filter(user=cast.dispatcher).update(area=cast.area["HS"])
    tasks.export(export.pk)
    export.refresh_from_db()
    assert export.rows == 0
    Export.objects.filter(pk=export.pk).update(state="waiting")
    type(cast.dispatcher).objects.filter(pk=cast.dispatcher.pk).update(is_active=False)
    tasks.export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.reason) == ("failed", "not_allowed")


def test_it_expires_and_the_file_is_gone(sit, cast, settings):
    crowd(cast, 1)
    client = sit("officer")
    export = written(client)
    assert default_storage.exists(export.file.name)
    assert exports.forget(now=timezone.now()) == 0
    late = timezone.now() + timedelta(hours=settings.EXPORT_HOURS, seconds=1)
    with pytest.raises(exports.CannotExport):
        exports.fetch(export=export, by=cast.officer, now=late)
    assert exports.forget(now=late) == 1
    assert not default_storage.exists(export.file.name)
    assert "not there any more" in client.get(f"/desk/exports/{export.pk}/file/", follow=True).content.decode()


def test_it_can_be_taken_away(sit, cast, django_capture_on_commit_callbacks):
    crowd(cast, 1)
    client = sit("officer")
    export = written(client)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/desk/exports/{export.pk}/remove/")
    assert not default_storage.exists(export.file.name)
    assert Export.objects.get().state == "expired"


def test_twice_writes_once_and_what_was_left_lying_is_written(sit, cast):
    crowd(cast, 1)
    export = ask(sit("officer"))
    Export.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    assert tasks.sweep_exports() == 1
    assert tasks.export(export.pk) is False
    # A worker that died: another takes it up when its time is over, three times at most.
    Export.objects.update(state="running", started_at=timezone.now(), attempts=1)
    assert tasks.export(export.pk) is False
    Export.objects.update(started_at=timezone.now() - timedelta(hours=1))
    assert tasks.sweep_exports() == 1
    Export.objects.update(state="running", started_at=timezone.now() - timedelta(hours=1), attempts=3)
    assert tasks.sweep_exports() == 0
    assert Export.objects.get().state == "failed"


def test_a_disk_that_is_full_is_said_in_the_end(sit, cast, monkeypatch):
    crowd(cast, 1)
    export = ask(sit("officer"))

    def broken(*_args, **_kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(exports, "_write", broken)
    for state in ("waiting", "waiting", "failed"):
        with pytest.raises(OSError, match="no space"):
            tasks.export(export.pk)
        assert Export.objects.get().state == state
    assert "could not be written" in sit("officer").get("/desk/exports/").content.decode()


def test_too_many_rows_too_many_files(sit, cast, settings):
    settings.EXPORT_MAX_ROWS = 3
    crowd(cast, 4)
    client = sit("officer")
    assert written(client).reason == "too_many"
    assert "narrower filters" in client.get("/desk/exports/").content.decode()
    for _ in range(exports.AT_ONCE):
        ask(client)
    answer = client.post("/desk/exports/", {"query": "tab=all", "format": "csv"}, follow=True)
    assert "still being written" in answer.content.decode()
    assert Export.objects.count() == exports.AT_ONCE + 1


@pytest.mark.parametrize("form", [{"format": "exe"}, {"format": "csv", "query": "tab=nonsense"}])
def test_what_is_not_understood_is_said(sit, cast, form):
    answer = sit("officer").post("/desk/exports/", {"query": "tab=all", **form}, follow=True)
    assert "messages" in answer.content.decode() or answer.context["messages"]
    assert not Export.objects.exists()


def test_it_is_on_record_and_the_person_is_told(sit, cast):
    crowd(cast, 2)
    client = sit("officer")
    export = written(client, query="tab=all&search=下水道", personal="on")
    content(client, export)
    entries = Entry.objects.filter(matter_type="export", matter_id=export.pk).order_by("id")
    assert [entry.action for entry in entries] == ["ask_export", "export_ready", "fetch_export"]
    assert {entry.actor for entry in entries} == {cast.officer}
    assert entries[0].data == {"filters": ["search", "tab"], "format": "csv", "personal": True}
    assert entries[2].data == {"rows": 2, "personal": True}
    assert not Outbox.objects.filter(matter_type="export").exists()
    (told,) = Delivery.objects.filter(user=cast.officer)
    assert (told.subject, told.url) == ("Your file is ready", "/desk/exports/")


def test_the_page_shows_how_far_it_is(sit, cast):
    export = ask(sit("officer"))
    Export.objects.update(state="running", rows=30, total=120)
    page = sit("officer").get("/desk/exports/", headers={"hx-request": "true"}).content.decode()
    assert 'value="25"' in page
    assert "every 2s" in page
    Export.objects.filter(pk=export.pk).update(state="failed", reason="broken")
    assert "every 2s" not in sit("officer").get("/desk/exports/").content.decode()


def test_programs_ask_wait_and_fetch(walk, cast):
    crowd(cast, 2)
    client = walk.api("officer")
    asked = client.post("/api/v1/exports/", {"format": "csv", "filters": {"tab": "all"}}, format="json")
    assert asked.status_code == 202
    address = f"/api/v1/exports/{asked.json()['id']}/"
    assert client.get(address).json()["state"] == "waiting"
    assert client.get(f"{address}file/").status_code == 409
    tasks.export(asked.json()["id"])
    assert client.get(address).json()["rows"] == 2
    assert len(cells(b"".join(client.get(f"{address}file/").streaming_content))) == 3
    assert walk.api("dispatcher").get(address).status_code == 404
    assert walk.api("dispatcher").get(f"{address}file/").status_code == 404
    for wrong in ({"format": "pdf"}, {"format": "csv", "filters": {"colour": "red"}}, {"format": "csv", "x": 1}):
        assert client.post("/api/v1/exports/", wrong, format="json").status_code == 400, wrong
