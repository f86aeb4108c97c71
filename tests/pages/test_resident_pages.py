"""Residents' pages without a browser: what they cost, what they refuse, what they keep apart."""

from __future__ import annotations

import uuid

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.queries import consent_texts
from deputies.models import Deputy
from petitions import emergencies
from petitions.models import Petition
from petitions.references import new_reference
from stations.models import Station
from tests.cast import RESIDENT_PHONE
from tests.factories import ContactFactory, PetitionFactory, put_into
from tests.walk import TEXT


@pytest.fixture(autouse=True)
def _plain_files(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def form(**changes):
    return {
        "text": TEXT,
        "phone": RESIDENT_PHONE,
        "key": str(uuid.uuid4()),
        "consent_version": consent_texts().version,
        **changes,
    }


@pytest.fixture
def english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_submitting_opens_the_petition_in_this_browser_only(english, cast):
    answer = english.post("/submit/", form())
    assert answer.status_code == 302
    petition = Petition.objects.get()
    assert petition.channel == "web"
    assert english.get(f"/petitions/{petition.reference}/").status_code == 200
    english.cookies.clear()
    assert english.get(f"/petitions/{petition.reference}/").url == f"/follow/?reference={petition.reference}"


def test_the_same_key_is_the_same_petition_and_other_words_are_asked_about(english, cast):
    sent = form()
    assert english.post("/submit/", sent).status_code == 302
    assert english.post("/submit/", sent).status_code == 302
    changed = english.post("/submit/", {**sent, "text": TEXT + "还有噪音。"})
    assert changed.status_code == 422
    assert sent["key"] not in changed.text
    assert Petition.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "啊"}, "text"),
        ({"text": "啊" * 5001}, "text"),
        ({"phone": "123"}, "phone"),
        ({"area": "nowhere"}, "area"),
        ({"category": "conduct"}, "category"),
        ({"latitude": "91"}, "latitude"),
        ({"key": "x"}, "key"),
        ({"website": "buy"}, "website"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_stored(english, cast, changes, field):
    answer = english.post("/submit/", form(**changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Petition.objects.exists()


def test_an_old_consent_is_shown_anew(english, cast):
    answer = english.post("/submit/", form(consent_version="1999"))
    assert answer.status_code == 422
    assert f'value="{consent_texts().version}"' in answer.text


def test_an_accusation_takes_the_closed_route_after_explanation(english, cast):
    words = "村主任贪污工程款，请查处"
    assert english.post("/submit/", form(text=words)).status_code == 422
    sent = form(text=words, closed_route="on", publish_consent="on")
    assert english.post("/submit/wrongdoing/", sent).status_code == 302
    petition = Petition.objects.get()
    assert petition.restricted
    assert petition.publication == "private"


def test_wrong_digits_and_unknown_references_look_the_same(english, cast, walk):
    reference = walk.to("submitted").reference
    answers = {
        english.post("/follow/", {"reference": each, "phone_tail": "0000"}).context["form"].non_field_errors()[0]
        for each in (reference, new_reference())
    }
    assert len(answers) == 1


def test_five_wrong_digits_lock_the_right_ones_out(english, cast, walk):
    reference = walk.to("submitted").reference
    for _ in range(5):
        english.post("/follow/", {"reference": reference, "phone_tail": "0000"})
    last = english.post("/follow/", {"reference": reference, "phone_tail": RESIDENT_PHONE[-4:]})
    assert last.status_code == 422


def test_a_signed_in_resident_sees_their_own_and_a_neighbour_none(english, cast, walk):
    reference = walk.to("submitted").reference
    english.force_login(cast.resident)
    assert reference in english.get("/mine/").text
    assert english.get(f"/petitions/{reference}/").status_code == 200
    english.force_login(cast.neighbour)
    assert reference not in english.get("/mine/").text
    assert english.get(f"/petitions/{reference}/").status_code == 302


def test_published_shows_the_approved_words_only(english, cast, walk):
    reference = walk.to("concluded").reference
    assert english.get(f"/published/{reference}/").status_code == 404
    walk.act("officer", "propose_publication", title="Drain cleared", text="The drain was blocked.")
    walk.act("dispatcher", "publish")
    page = english.get(f"/published/{reference}/").text
    assert "The drain was blocked." in page
    assert TEXT not in page
    assert RESIDENT_PHONE not in page


PUBLIC = (
    "/",
    "/published/",
    "/published/?category=drain",
    "/published/{reference}/",
    "/published/feed/",
    "/topics/",
    "/categories/drain/",
    "/departments/water/",
    "/stations/",
    "/stations/east/",
    "/deputies/",
    "/deputies/D1/",
    "/submit/",
    "/appointments/new/?station=east",
    "/mine/",
    "/mine/data/",
)


def _more(cast, number):
    """So many more published matters of one resident, at one station with as many more deputies, and more stations."""
    where = {"area": cast.area["EB"], "station": cast.station["east"]}
    for _ in range(number):
        made = PetitionFactory(
            **where,
            contact=ContactFactory(phone=RESIDENT_PHONE),
            category=cast.category["drain"],
            lead_unit=cast.unit["water"],
            public_title="下水道",
            public_text="下水道堵塞",
            publication="published",
            published_at=timezone.now(),
        )
        put_into(made, "concluded")
        deputy = Deputy.objects.create(code=f"M{made.pk}", name="代表", level="county", term=7, area=cast.area["EB"])
        cast.station["east"].deputies.add(deputy)
        Station.objects.create(code=f"s{made.pk}", name="站", kind="liaison_station", area=cast.area["EB"])
    return made.reference


def test_no_public_page_takes_more_statements_for_fifty_rows_than_for_five(english, cast):
    english.force_login(cast.resident)
    costs: dict[str, list[int]] = {}
    for number in (5, 45):
        reference = _more(cast, number)
        for path in PUBLIC:
            address = path.format(reference=reference)
            cache.clear()
            english.get(address)
            cache.clear()
            with CaptureQueriesContext(connection) as caught:
                assert english.get(address).status_code == 200, address
            costs.setdefault(path, []).append(len(caught))
    assert all(few == many for few, many in costs.values()), costs


def test_one_page_costs_the_same_however_long_its_story(english, cast, walk):
    reference = walk.to("in_progress").reference
    english.force_login(cast.resident)
    costs = []
    for _ in range(2):
        english.get(f"/petitions/{reference}/")
        with CaptureQueriesContext(connection) as caught:
            english.get(f"/petitions/{reference}/")
        costs.append(len(caught))
        for number in range(5):
            walk.mine("supplement", text=f"more {number}")
    assert costs[0] == costs[1], costs


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("路灯坏了", []), ("楼下着火了", ["119"]), ("有人持刀打架，有人流血", ["120", "110"]), ("gas leak", ["119"])],
)
def test_emergencies_are_recognised(text, numbers):
    assert emergencies.numbers_for(text) == numbers


def test_my_data_is_seen_exported_corrected_and_erased(english, cast, walk):
    reference = walk.to("concluded").reference
    english.force_login(cast.resident)
    assert RESIDENT_PHONE[-4:] in english.get("/mine/data/").text
    exported = english.get("/mine/data/export/").json()["petitions"]
    assert [each["reference"] for each in exported] == [reference]
    assert exported[0]["phone"] == RESIDENT_PHONE
    english.post("/mine/data/correct/", {"name": "王小明"})
    assert Petition.objects.get().contact.name == "王小明"
    english.post("/mine/data/erase/")
    contact = Petition.objects.get().contact
    assert (contact.name, contact.phone) == ("", "")
    assert english.get("/mine/").context["petitions"].count() == 0


def test_an_open_petition_keeps_its_contact(english, cast, walk):
    walk.to("registered")
    english.force_login(cast.resident)
    english.post("/mine/data/erase/")
    assert Petition.objects.get().contact.phone == RESIDENT_PHONE


@pytest.mark.parametrize("path", ["/mine/", "/mine/data/", "/mine/data/export/"])
def test_my_pages_ask_strangers_for_a_code(client, cast, path):
    assert client.get(path).url == f"/accounts/code/?next={path}"


def test_feed_and_public_figures(english, cast, walk):
    walk.to("concluded")
    walk.act("officer", "propose_publication", title="Drain cleared", text="The drain was blocked.")
    walk.act("dispatcher", "publish")
    feed = english.get("/published/feed/")
    assert feed["Content-Type"].startswith("application/atom+xml")
    assert "Drain cleared" in feed.text
    assert TEXT not in feed.text
    page = english.get("/departments/water/")
    assert page.context["figures"]["received"] == 1
    assert page.context["figures"]["share"] is None, "one rating tells who rated"
    assert "Drain cleared" in page.text
    assert english.get("/categories/drain/").status_code == 200
    assert english.get("/categories/conduct/").status_code == 404
    assert english.get("/departments/none/").status_code == 404


def test_a_flood_from_one_number_is_stopped(english, cast, monkeypatch):
    monkeypatch.setattr("petitions.views.submit.MOST_FROM_ONE_NUMBER", 2)
    assert [english.post("/submit/", form()).status_code for _ in range(3)] == [302, 302, 429]
    assert Petition.objects.count() == 2
