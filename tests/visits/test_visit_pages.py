"""The pages on which visits are written down, found, raised, and printed."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.utils import timezone

from petitions.models import Petition
from stations.actions.codes import code_for
from stations.models import Visit
from tests.cast import RESIDENT_PHONE, ROLES
from tests.visits.conftest import WORDS

pytestmark = pytest.mark.django_db
NEW = "/desk/visits/new/"


def typed(client, **changes):
    form = client.get(NEW).context["form"]
    now = timezone.localtime()
    values = {
        "key": form.initial["key"],
        "station": "east",
        "came_at": f"{now:%Y-%m-%dT%H:%M}",
        "words": WORDS,
        "name": "王芳",
        "phone": RESIDENT_PHONE,
        "group_size": "1",
        "confidentiality": "open",
        "told": "on",
        "do": "keep",
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def test_one_tap_turns_it_into_a_petition(sit):
    client = sit("deputy")
    values = typed(client, do="raise")

    first, again = client.post(NEW, values), client.post(NEW, values)
    assert first.status_code == again.status_code == 302
    visit = Visit.objects.get()
    assert first.url == f"/desk/visits/{visit.pk}/"
    assert Petition.objects.get().visit == visit
    assert Petition.objects.get().spoken_reference in client.get(first.url).content.decode()


def test_what_is_missing_is_said_and_what_was_typed_is_kept(sit):
    client = sit("deputy")

    answer = client.post(NEW, typed(client, told=None, phone="12"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert WORDS in page
    assert "consent" in page
    crowd = "\n".join("甲乙丙丁戊己")
    kind = client.post(NEW, typed(client, representatives=crowd, group_size="9"))
    assert "up to 5 representatives" in kind.content.decode()
    assert not Visit.objects.exists()


def test_the_code_of_the_station_checks_one_in(sit):
    page = sit("deputy").get(NEW + "?station=tea")

    assert page.context["form"].initial["check_in"] == "qr"
    assert page.context["form"].stations["tea"]


def test_a_double_is_asked_about_and_kept_when_it_is_none(sit):
    sit("deputy").post(NEW, typed(sit("deputy")))
    officer = sit("officer")
    values = typed(officer)

    asked = officer.post(NEW, values)
    assert asked.status_code == 422
    assert 'name="although_double"' in asked.content.decode()
    assert officer.post(NEW, values | {"although_double": "on"}).status_code == 302
    assert Visit.objects.count() == 2


def test_a_report_of_wrongdoing_is_not_shown_again(sit):
    client = sit("deputy")

    answer = client.post(NEW, typed(client, confidentiality="restricted", do="raise"), follow=True)
    page = answer.content.decode()
    assert "supervisors alone" in page
    assert WORDS[:10] not in page
    assert Petition.objects.get().reference not in page.replace("-", "")
    assert client.get(f"/desk/visits/{Visit.objects.get().pk}/").status_code == 404
    assert sit("supervisor").get(f"/desk/visits/{Visit.objects.get().pk}/").status_code == 200


READERS = {"deputy", "officer", "station_head", "dispatcher", "supervisor"}
WRITERS = {"deputy", "officer", "station_head"}


def test_who_reaches_what(sit, send):
    number = send("deputy").json()["id"]
    pages = {
        NEW: WRITERS | {"far_officer"},
        "/desk/visits/": READERS | {"far_officer", "far_dispatcher"},
        f"/desk/visits/{number}/": READERS,
        f"/desk/visits/{number}/record/": READERS,
    }
    for address, allowed in pages.items():
        assert {who for who in ROLES if sit(who).get(address).status_code == 200} == allowed, address
    for move, data in (("raise", {}), ("answer", {"text": "答。"}), ("feedback", {"feedback": "satisfied"})):
        for who in ("dispatcher", "supervisor", "handler", "far_officer", "neighbour"):
            assert sit(who).post(f"/desk/visits/{number}/{move}/", data).status_code == 404, (move, who)
    assert sit().get(NEW).status_code == 302 or sit().get(NEW).status_code == 404


def test_the_record_has_everything_the_official_form_asks(sit, send):
    number = send(answer="已当场解释。", group_size=6, representatives=["甲某", "乙某"]).json()["id"]
    client = sit("officer")
    client.post(f"/desk/visits/{number}/feedback/", {"feedback": "satisfied", "note": "谢谢"})

    page = client.get(f"/desk/visits/{number}/record/").content.decode()
    for expected in (WORDS, "王芳", RESIDENT_PHONE, "East Bank station", "Deputy He", "已当场解释。", "Satisfied 谢谢",
                     "甲某", "Signatures", "Confidentiality", "Route", "Result"):  # fmt: skip
        assert expected in page, expected


def test_lists_ask_no_more_for_many(sit, send, django_assert_max_num_queries):
    for number in range(5):
        send(phone=f"1380000000{number}", raised=True)
    client = sit("officer")
    with django_assert_max_num_queries(30) as seen:
        assert len(re.findall("data-row", client.get("/desk/visits/").content.decode())) >= 5
    few = len(seen)
    for number in range(5, 9):
        send(phone=f"1380000000{number}", raised=True)
    with django_assert_max_num_queries(few):
        client.get("/desk/visits/")


def test_the_portal_can_be_installed(client, sit):
    manifest = client.get("/manifest.webmanifest?for=visits", headers={"accept-language": "en"})

    assert manifest["Content-Type"] == "application/manifest+json"
    body = manifest.json()
    assert body["start_url"] == NEW
    assert {icon["purpose"] for icon in body["icons"]} == {"any", "maskable"}
    assert "/manifest.webmanifest?for=visits" in sit("deputy").get(NEW).content.decode()


def test_signing_out_empties_the_device(sit):
    client = sit("deputy")

    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"storage"'


def test_the_form_knows_the_short_codes_of_the_posters(sit, cast):
    here = code_for(station=cast.station["east"], now=timezone.now())
    elsewhere = code_for(station=cast.station["tea"], now=timezone.now())

    page = sit("officer").get(NEW).content.decode()
    codes = json.loads(html.unescape(re.search(r'data-codes="([^"]*)"', page)[1]))
    assert codes[here.code] == "east"
    assert elsewhere.code not in codes


def test_whoever_receives_here_goes_from_the_poster_to_the_form(sit, cast, client):
    found = code_for(station=cast.station["east"], now=timezone.now())

    def offered(visitor, address: str = f"/s/{found.code}/") -> str | None:
        page = visitor.get(address, follow=True).content.decode()
        link = re.search(
            r'href="(/desk/visits/new/[^"]*)"[^>]*><svg[^>]*><use[^>]*></use></svg>Write down a visit', page
        )
        return link and html.unescape(link[1])

    for who in ("officer", "deputy"):
        there = sit(who).get(offered(sit(who)))
        assert there.context["form"].initial["station"] == "east"
        assert there.context["form"].initial["check_in"] == "qr"
    assert offered(client) is None
    for who in ("far_officer", "handler", "resident"):
        assert offered(sit(who)) is None, who
    # Without the poster's code nobody has scanned anything; a code of another station is none of this one.
    other = code_for(station=cast.station["tea"], now=timezone.now())
    assert offered(sit("officer"), "/submit/?station=east") is None
    assert offered(sit("officer"), f"/submit/?station=east&via={other.code}") is None
    assert offered(sit("officer"), f"/s/{other.code}/") is None


def test_one_row_of_navigation_and_the_rest_behind_more(sit):
    page = sit("dispatcher").get("/desk/router/").content.decode()
    nav = page[page.index("mainnav desknav") : page.index("</nav>")]
    row, more = nav.split("<details", 1)

    assert row.count("<li") - 1 == 8  # and "More" itself
    assert row.count('class="nav-wide"') == 4
    assert 'href="/desk/router/" aria-current="page"' in more
    assert " here-wide" in more
    assert more.count("/accounts/logout/") == 2  # on a phone behind "More", on a wide screen in the row
    assert more.count('<li class="nav-narrow"') == 5
