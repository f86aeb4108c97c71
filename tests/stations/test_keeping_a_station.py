"""Master data, photos, the yearly self-check with its inspection, and quotas: by the right people only."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from journal.models import Entry
from stations.actions import quality as actions
from stations.actions.master import change_station
from stations.actions.step import NotYours
from stations.forms import spans_of
from stations.models import CheckState, OpeningHours, Quota, Reception, SelfCheck, Standard, Station, StationPhoto
from stations.posters import in_words
from stations.quality import due_by, standings
from tests.petitions.test_attachments import picture

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year
DATA = {
    "name": "东岸人大代表联络站", "name_en": "East Bank station", "address": "河畔路 1 号", "phone": "0755-84000000",
    "latitude": "22.7", "longitude": "114.3", "about": "", "about_en": "", "deputies": "D1",
    "day0": "9:00-12:00, 14:00-18:00", "day1": "9:00—12:00；14:00至18:00", "day6": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _files_apart(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }


def jpeg(name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), content_type="image/jpeg")


def test_the_officer_keeps_the_stations_data_and_residents_read_it(sit, cast, client):
    assert sit("officer").post("/desk/stations/east/", DATA).status_code == 302

    page = client.get("/stations/east/").content.decode()
    for words in ("东岸人大代表联络站", "河畔路 1 号", "0755-84000000", "14:00–18:00", "何代表"):
        assert words in page, words
    assert OpeningHours.objects.count() == 4
    assert Entry.objects.get(matter_type="station").data["fields"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Name in Chinese"),
        ({"day0": "morgens"}, "Write hours like"),
        ({"day0": "12:00-9:00"}, "closes after it opens"),
        ({"day0": "9:00-12:00, 11:00-13:00"}, "overlap"),
        ({"latitude": ""}, "both latitude and longitude"),
        ({"latitude": "91"}, "Latitude"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_kept(sit, cast, change, sentence):
    answer = sit("officer").post("/desk/stations/east/", {**DATA, **change})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Station.objects.get(code="east").name == "东岸联络站"
    assert not OpeningHours.objects.exists()


def test_code_area_rank_and_people_are_not_the_stations_to_change(sit, cast):
    more = {"code": "x", "is_model": "on", "officer": "1", "is_active": ""}
    sit("officer").post("/desk/stations/east/", {**DATA, **more})
    station = Station.objects.get(code="east")

    assert (station.is_model, station.is_active, station.officer.username) == (False, True, "officer")


@pytest.mark.parametrize("who", ["far_officer", "far_dispatcher", "deputy", "handler", "resident"])
def test_others_change_nothing(sit, cast, who):
    assert sit(who).post("/desk/stations/east/", DATA).status_code == 404
    assert sit(who).post("/desk/stations/east/photos/", {"photo": jpeg(), "caption": "x"}).status_code == 404
    assert sit(who).post("/desk/stations/east/meetings/", {"date": "2026-01-05", "title": "x"}).status_code == 404
    assert sit(who).post(f"/desk/stations/east/check/{YEAR}/", {"do": "keep"}).status_code == 404


def test_a_photo_is_cleaned_shown_and_taken_away(sit, cast, client):
    assert sit("officer").post("/desk/stations/east/photos/", {"photo": jpeg(), "caption": "接待室"}).status_code == 302
    photo = StationPhoto.objects.get()
    shown = client.get(f"/stations/east/photos/{photo.pk}/")
    assert shown["Content-Type"] == "image/jpeg"
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")
    assert "接待室" in client.get("/stations/east/").content.decode()
    text = SimpleUploadedFile("x.jpg", b"no picture", content_type="image/jpeg")
    refused = sit("officer").post("/desk/stations/east/photos/", {"photo": text, "caption": "接待室"})
    assert refused.status_code == 422
    assert sit("far_officer").post(f"/desk/stations/east/photos/{photo.pk}/remove/").status_code == 404
    sit("officer").post(f"/desk/stations/east/photos/{photo.pk}/remove/")

    assert client.get(f"/stations/east/photos/{photo.pk}/").status_code == 404


def test_hours_by_the_interface_replace_what_was_there(walk):
    span = {"weekday": 2, "opens": "09:00", "closes": "17:00"}
    for _ in range(2):
        answer = walk.api("officer").post("/api/v1/stations/east/change/", {"hours": [span]}, format="json")
        assert answer.status_code == 200, answer.json()

    assert [(row["weekday"], row["opens"]) for row in answer.json()["hours"]] == [(2, "09:00:00")]
    assert answer.json()["label"] == "East Bank station"  # what was left out stays


def checklist() -> list[Standard]:
    return [
        Standard.objects.create(code="sign", kind="site", title="标识", title_en="A sign", needs_photo=True),
        Standard.objects.create(code="rules", kind="service", title="制度", title_en="Rules"),
        Standard.objects.create(code="hall", kind="site", title="议事室", title_en="A hall", for_models_only=True),
    ]


def answers(standards: list[Standard], **more) -> dict:
    return {f"met-{each.pk}": "yes" for each in standards} | more


def test_a_self_check_from_the_officer_to_the_commission(sit, cast):
    sign, rules, _hall = checklist()
    address = f"/desk/stations/east/check/{YEAR}/"
    page = sit("officer").get(address).content.decode()
    assert "A sign" in page
    assert "A hall" not in page
    early = sit("officer").post(address, {**answers([sign]), "do": "send"})
    assert "Not answered yet: Rules" in early.content.decode()
    bare = sit("officer").post(address, {**answers([sign, rules]), "do": "send"})
    assert "A photo is missing: A sign" in bare.content.decode()
    sent = sit("officer").post(address, {**answers([sign, rules]), f"photo-{sign.pk}": jpeg(), "do": "send"})
    assert sent.status_code == 302
    assert SelfCheck.objects.get().state == CheckState.SUBMITTED
    again = sit("officer").post(address, {**answers([sign]), "do": "keep"})
    assert "no longer changes" in again.content.decode()

    own = sit("officer").post(address, {"do": "inspect", "passed": "yes", "finding": "好"})
    assert own.status_code == 422
    mend = {"do": "inspect", "passed": "no", "finding": "标识破损", "not_met": str(sign.pk)}
    assert sit("supervisor").post(address, {**mend, "passed": "yes"}).status_code == 422
    assert sit("supervisor").post(address, mend).status_code == 302
    assert SelfCheck.objects.get().state == CheckState.TO_MEND
    assert "标识破损" in sit("officer").get(address).content.decode()
    assert sit("officer").post(address, {**answers([sign, rules]), "do": "send"}).status_code == 302
    assert sit("supervisor").post(address, {"do": "inspect", "passed": "yes", "finding": "已整改"}).status_code == 302
    assert SelfCheck.objects.get().state == CheckState.PASSED


def test_photos_of_a_self_check_are_not_for_everybody(sit, cast, client):
    sign, rules, _hall = checklist()
    address = f"/desk/stations/east/check/{YEAR}/"
    sit("officer").post(address, {**answers([sign, rules]), f"photo-{sign.pk}": jpeg(), "do": "keep"})
    photo = SelfCheck.objects.get().photos.get()
    at = f"/desk/stations/east/check/photos/{photo.pk}/"

    assert sit("supervisor").get(at).status_code == 200
    assert sit("far_officer").get(at).status_code == 404
    assert sit("far_dispatcher").get(at).status_code == 404
    assert client.get(at).status_code in (302, 404)


def test_a_model_station_has_standards_of_its_own(sit, cast):
    checklist()
    Station.objects.filter(code="east").update(is_model=True)

    assert "A hall" in sit("officer").get(f"/desk/stations/east/check/{YEAR}/").content.decode()


def test_who_is_behind_with_the_quota_is_shown(sit, cast):
    Quota.objects.create(subject="reception", station_kind="liaison_station", per_year=12, per_year_model=18)
    Quota.objects.create(subject="deliberation", station_kind="liaison_station", per_year=2, per_year_model=4)
    east = Station.objects.get(code="east")
    Station.objects.filter(code="tea").update(is_model=True)
    for month in (1, 2, 3, 4, 5, 6):
        Reception.objects.create(
            station=east, starts_at=f"2026-{month:02}-05T09:00+08:00", ends_at=f"2026-{month:02}-05T11:00+08:00",
            state="closed", state_since=timezone.now(), published_at=timezone.now(),
        )  # fmt: skip
    actions.note_meeting(station=east, date=date(YEAR, 1, 5), title="停车难", by=cast.officer, now=timezone.now())
    stations = list(Station.objects.select_related("area").order_by("code"))
    ours, theirs = standings(stations, date(2026, 6, 30))

    assert [(each.done, each.asked, each.due) for each in ours.progress] == [(1, 2, 0), (6, 12, 5)]
    assert not ours.is_behind
    assert [(each.done, each.asked, each.due) for each in theirs.progress] == [(0, 4, 1), (0, 18, 8)]
    assert theirs.is_behind


def test_a_meeting_is_noted_once_and_not_ahead(sit, cast):
    today = timezone.localdate().isoformat()
    for _ in range(2):
        answer = sit("officer").post("/desk/stations/east/meetings/", {"date": today, "title": "停车难"}, follow=True)
    assert "was noted already" in answer.content.decode()
    ahead = sit("officer").post("/desk/stations/east/meetings/", {"date": "2099-01-01", "title": "x"}, follow=True)

    assert "has come already" in ahead.content.decode()


@pytest.mark.parametrize(
    ("asked", "on", "due"),
    [(12, "2026-01-01", 0), (12, "2026-12-31", 12), (12, "2026-07-02", 6), (4, "2028-12-30", 3), (0, "2026-06-01", 0)],
)
def test_how_many_are_due_by_a_day(asked, on, due):
    assert due_by(asked, date.fromisoformat(on)) == due


def test_standards_and_quotas_are_loaded_from_files_again_and_again(capsys):
    for _ in range(2):
        call_command("load_standards")

    assert (Standard.objects.count(), Quota.objects.count()) == (17, 6)
    assert Quota.objects.get(subject="reception", station_kind="liaison_station").per_year_model == 18


def test_hours_as_they_are_written_and_read():
    assert spans_of("9:00-12:00，14:00~18:00") == [(time(9), time(12)), (time(14), time(18))]
    with pytest.raises(ValueError):
        spans_of("9-12")
    rows = [
        OpeningHours(weekday=day, opens=opens, closes=closes)
        for day in (0, 1, 2, 5)
        for opens, closes in ((time(9), time(12)), (time(14), time(18)))
    ]
    assert in_words(rows) == ["星期一–星期三 09:00–12:00, 14:00–18:00", "星期六 09:00–12:00, 14:00–18:00"]


def test_an_action_refuses_strangers_whoever_calls_it(cast):
    with pytest.raises(NotYours):
        change_station(
            station=cast.station["east"], values={}, hours=None, deputies=None, by=cast.far_officer, now=timezone.now()
        )
