"""Standing behind a published petition: who may, that each counts once, and that hot topics weigh it."""

import pytest
from django.test import Client

from petitions.actions.placing import keep_topics, place
from petitions.learning import placing
from petitions.models import HotTopic, Support
from tests.learning.conftest import NOW
from tests.learning.test_same_matter import LAMP, lamp

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(fresh_petition):
    petition = lamp(fresh_petition, LAMP)
    publish(petition)
    return petition


def publish(petition):
    petition.publication, petition.public_title, petition.public_text = "published", "北门路灯", "路灯不亮。"
    petition.published_at = NOW
    petition.save()


def browser(cast, who):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    if who:
        client.force_login(getattr(cast, who))
    return client


def test_a_neighbour_stands_behind_it_once_and_takes_it_back(cast, published):
    client, page = browser(cast, "neighbour"), f"/published/{published.reference}/"
    assert "Mine too" in client.get(page).content.decode()
    for _ in range(2):
        assert client.post(f"{page}support/").status_code == 302
    assert Support.objects.filter(petition=published, user=cast.neighbour).count() == 1
    shown = client.get(page).content.decode()
    assert "You are one of them" in shown
    assert "<b>1</b> resident stands behind this" in shown
    assert "You are one of them" not in browser(cast, None).get(page).content.decode()
    client.post(f"{page}support/", {"back": "1"})
    assert not Support.objects.exists()


def test_a_stranger_signs_in_first(cast, published):
    answer = browser(cast, None).post(f"/published/{published.reference}/support/")
    assert (answer.status_code, answer.url) == (302, f"/accounts/code/?next=/published/{published.reference}/")
    assert not Support.objects.exists()


def test_staff_and_the_petitioner_are_refused(cast, published, walk):
    published.contact.phone = cast.resident.phone
    published.contact.save()
    for who, words in (("dispatcher", "Residents support"), ("resident", "This petition is yours")):
        answer = browser(cast, who).post(f"/published/{published.reference}/support/", follow=True)
        assert words in answer.content.decode()
        sent = walk.api(who).post(f"/api/v1/public/petitions/{published.reference}/support/", {}, format="json")
        assert sent.status_code == 409
    assert not Support.objects.exists()


def test_what_is_not_published_cannot_be_found(cast, fresh_petition, walk):
    petition = lamp(fresh_petition, LAMP)
    assert browser(cast, "neighbour").post(f"/published/{petition.reference}/support/").status_code == 404
    address = f"/api/v1/public/petitions/{petition.reference}/support/"
    assert walk.api("neighbour").post(address, {}, format="json").status_code == 404
    assert walk.api("neighbour").delete(address).status_code == 404


def test_the_api_counts_and_takes_back(published, walk):
    address = f"/api/v1/public/petitions/{published.reference}/support/"
    assert walk.api(None).post(address, {}, format="json").status_code == 401
    assert walk.api("neighbour").post(address, {"x": 1}, format="json").status_code == 400
    for _ in range(2):
        answer = walk.api("neighbour").post(address, {}, format="json")
        assert (answer.status_code, answer.json()) == (200, {"supporters": 1, "mine": True})
    assert walk.api("neighbour").delete(address).json() == {"supporters": 0, "mine": False}


def test_supporters_make_a_topic_hotter_and_are_shown(cast, fresh_petition):
    made = [lamp(fresh_petition, f"{LAMP}第{n}位。") for n in range(3)]
    for petition in made[:2]:
        publish(petition)
    for found in placing.waiting(NOW, seconds=60):
        place(found=found, now=NOW)
    keep_topics(now=NOW)
    before = HotTopic.objects.get(days=30)
    assert before.likes == 0
    for petition in made[:2]:  # the same person behind two petitions of one matter is one voice
        Support.objects.create(petition=petition, user=cast.neighbour, at=NOW)
    keep_topics(now=NOW)
    after = HotTopic.objects.get(days=30)
    assert after.likes == 1
    assert after.hotness == pytest.approx(before.hotness + 0.5)
    assert "1 supporter" in browser(cast, None).get("/topics/?days=30").content.decode()
    type(made[0]).objects.filter(pk__in=[each.pk for each in made]).update(publication="refused")
    keep_topics(now=NOW)
    assert HotTopic.objects.get(days=30).likes == 0
