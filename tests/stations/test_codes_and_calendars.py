"""QR codes lead to a page addressed to their station and are counted; calendars open for whom they are meant."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar
from pypdf import PdfReader

from accounts.queries import consent_texts
from directory.calendar import SHANGHAI
from petitions.code_counts import code_counts
from petitions.models import Petition
from stations.actions import receptions as actions
from stations.actions.codes import code_for
from stations.actions.links import renew_link
from stations.actions.receptions import Session
from stations.finder import search
from stations.models import CalendarLink, CodeScans, OpinionCode, Reception, Station

pytestmark = pytest.mark.django_db


def code(cast, **of) -> OpinionCode:
    return code_for(**(of or {"station": cast.station["east"]}), now=timezone.now())


def announced(cast, *, publish: bool = True) -> Reception:
    start = datetime.combine(timezone.localdate() + timedelta(days=6), datetime.min.time(), tzinfo=SHANGHAI)
    made = actions.plan(
        station=cast.station["east"],
        session=Session(starts_at=start + timedelta(hours=9), ends_at=start + timedelta(hours=11), topic="排水"),
        deputies=[cast.seat],
        by=cast.officer,
        now=timezone.now(),
    )
    return actions.publish(reception=made, by=cast.officer, now=timezone.now()) if publish else made


def test_a_scan_is_counted_and_leads_to_the_stations_submit_page(client, cast):
    found = code(cast)
    answer = client.get(f"/s/{found.code}/")
    client.get(f"/s/{found.code.lower()}/")
    client.head(f"/s/{found.code}/")

    assert answer["Location"] == f"/submit/?via={found.code}&station=east"
    assert "东岸联络站" in client.get(answer["Location"]).content.decode()
    assert CodeScans.objects.get().number == 2
    assert {field.name for field in CodeScans._meta.fields} == {"id", "code", "day", "number"}  # of no visitor


def test_a_submission_through_a_code_is_counted_once_however_often_it_is_sent(client, cast):
    found = code(cast, deputy=cast.seat)
    page = client.get(client.get(f"/s/{found.code}/")["Location"])
    form = {
        "text": "学校门口下水道堵塞", "phone": "13912345678", "key": page.context["form"]["key"].value(),
        "consent_version": consent_texts().version, "deputy": "D1", "via": found.code,
    }  # fmt: skip
    for _ in range(2):
        assert client.post("/submit/", form).status_code == 302

    petition = Petition.objects.get()
    assert (petition.via, petition.deputy, petition.channel) == (found, cast.seat, "qr")
    assert code_counts(found) == {"scans": 1, "submissions": 1}


def test_a_submission_through_the_interface_names_its_code(walk):
    found = code(walk.cast)
    walk.submit(via=found.code, station="east")

    assert Petition.objects.get().via == found


def test_a_code_stays_and_is_one_for_each(cast):
    assert code(cast) == code(cast)
    assert code(cast).code != code(cast, deputy=cast.seat).code
    assert OpinionCode.objects.count() == 2


def test_a_code_of_a_closed_station_says_so(client, cast):
    found = code(cast)
    Station.objects.filter(code="east").update(is_active=False)
    answer = client.get(f"/s/{found.code}/")

    assert answer.status_code == client.get("/s/ABCDEFG/").status_code == 404
    assert "该二维码已失效" in answer.content.decode()
    assert not CodeScans.objects.exists()


@pytest.mark.parametrize("address", ["/stations/east/code.{}", "/deputies/D1/code.{}"])
def test_pictures_and_the_poster(client, cast, address):
    svg, png, pdf = (client.get(address.format(form)) for form in ("svg", "png", "pdf"))

    assert (svg["Content-Type"], png["Content-Type"], pdf["Content-Type"]) == (
        "image/svg+xml", "image/png", "application/pdf",
    )  # fmt: skip
    assert svg.content.startswith(b"<?xml")
    assert png.content.startswith(b"\x89PNG")
    assert pdf.content.startswith(b"%PDF")
    assert client.get(address.replace("east", "none").replace("D1", "none").format("svg")).status_code == 404


def test_the_poster_speaks_both_languages(cast, client):
    text = PdfReader(io.BytesIO(client.get("/stations/east/code.pdf").content)).pages[0].extract_text()
    plain = "".join(each for each in text if each.isprintable() and each != " ")

    for words in ("扫码反映民意", "Scantobeheard", "东岸联络站", "EastBankstation", code(cast).code):
        assert words in plain, plain


def events(answer) -> list:
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_the_public_and_the_station_have_a_calendar_of_what_is_announced(client, cast):
    made = announced(cast)
    announced_only = ["/receptions/calendar.ics", "/stations/east/calendar.ics", f"/receptions/{made.pk}/calendar.ics"]
    for address in announced_only:
        (event,) = events(client.get(address))
        assert event.decoded("dtstart") == made.starts_at
        assert str(event["status"]) == "CONFIRMED"
        assert "东岸联络站" in str(event["summary"])
        assert "排水" in str(event["description"])
    assert events(client.get("/stations/tea/calendar.ics")) == []
    assert events(client.get("/receptions/calendar.ics?area=HS")) == []


def test_what_is_planned_only_is_in_nobodys_but_the_deputys(client, cast, sit):
    made = announced(cast, publish=False)
    assert events(client.get("/receptions/calendar.ics")) == []
    assert client.get(f"/receptions/{made.pk}/calendar.ics").status_code == 404
    token = renew_link(by=cast.deputy, now=timezone.now())
    (event,) = events(client.get(f"/calendars/{token}.ics"))

    assert str(event["status"]) == "TENTATIVE"


def test_a_change_and_a_cancellation_reach_the_calendar(client, cast):
    made = announced(cast)
    actions.cancel(reception=made, reason="台风", by=cast.officer, now=timezone.now())
    (event,) = events(client.get("/stations/east/calendar.ics"))

    assert (str(event["status"]), event["sequence"]) == ("CANCELLED", 1)
    assert "台风" in str(event["description"])


def test_the_secret_address_is_shown_once_and_can_be_taken_back(client, cast, sit):
    announced(cast)
    page = sit("deputy").post("/desk/calendar/", {"renew": ""}).content.decode()
    address = page.split('class="reference">')[1].split("<")[0]
    path = "/" + address.split("/", 3)[3]
    assert len(events(client.get(path))) == 1
    assert address not in sit("deputy").get("/desk/calendar/").content.decode()
    assert CalendarLink.objects.get().digest not in path
    sit("deputy").post("/desk/calendar/", {"renew": ""})
    assert client.get(path).status_code == 404
    sit("deputy").post("/desk/calendar/", {"revoke": ""})

    assert not CalendarLink.objects.filter(revoked_at=None).exists()
    assert client.get("/calendars/x.ics").status_code == 404


@pytest.mark.parametrize("who", ["officer", "dispatcher", "resident", "handler"])
def test_only_a_deputy_has_a_calendar_of_duties(sit, who):
    assert sit(who).get("/desk/calendar/").status_code == 404


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["east", "tea"]),
        ("东岸联络站", ["east"]),
        ("东岸", ["east"]),
        ("河畔街道东岸社区3号楼", ["east"]),
        ("Tea Garden", ["tea"]),
        ("山边街道", ["tea"]),
        ("幸福路", ["tea"]),
        ("没有这个地方", []),
    ],
)
def test_a_station_is_found_by_name_address_or_place(cast, client, words, found):
    Station.objects.filter(code="tea").update(address="幸福路 8 号")
    stations = list(Station.objects.order_by("code"))

    assert [station.code for station in search(stations, words)] == found
    page = client.get("/stations/", {"q": words}).content.decode()
    assert ("东岸联络站" in page) == ("east" in found)


def test_the_nearest_first_without_keeping_the_position(walk):
    Station.objects.filter(code="east").update(latitude=22.70, longitude=114.30)
    Station.objects.filter(code="tea").update(latitude=22.80, longitude=114.30)
    rows = walk.api().post("/api/v1/public/stations/nearest/", {"latitude": 22.79, "longitude": 114.3}, format="json")

    assert [row["station"]["code"] for row in rows.json()] == ["tea", "east"]
    assert rows.json()[0]["kilometres"] == pytest.approx(1.11, abs=0.01)


def test_a_closed_station_has_no_page(client, cast):
    assert client.get("/stations/east/").status_code == 200
    Station.objects.filter(code="east").update(is_active=False)

    assert client.get("/stations/east/").status_code == client.get("/stations/none/").status_code == 404
