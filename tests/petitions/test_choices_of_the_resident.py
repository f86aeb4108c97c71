"""What a resident may choose beside publication: who gets the number, and whether a person picks the unit."""

import pytest

from accounts.models import Consent
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db


def test_a_unit_does_not_get_a_number_that_was_not_to_be_passed_on(walk):
    walk.submit(share_contact=False)
    assert_ok(walk.act("officer", "register"))
    assert_ok(walk.act("dispatcher", "assign", units=["water"]))

    address = f"/api/v1/petitions/{walk.reference}/"
    assert walk.api("handler").get(address).json()["contact"] is None
    assert walk.api("officer").get(address).json()["contact"]["phone"] == "13912345678"
    assert Consent.objects.get(contact=walk.petition.contact, kind="sharing").given is False


def test_a_unit_gets_the_number_otherwise(walk):
    walk.to("assigned")

    seen = walk.api("handler").get(f"/api/v1/petitions/{walk.reference}/").json()
    assert seen["contact"]["phone"] == "13912345678"


def test_the_router_leaves_it_to_a_person_who_asks_for_one(walk, settings):
    settings.ROUTER_CONFIDENCE = 0.5
    walk.submit(category="drain", by_person=True)

    petition = walk.route()

    assert petition.state == "submitted"
    assert petition.routing.departments[0]["code"] == "water"


def test_strangers_do_not_find_private_words(walk, client):
    walk.to("concluded")
    assert_ok(walk.act("officer", "propose_publication", title="积水", text="校门口积水，已清淤。"))
    assert_ok(walk.act("dispatcher", "publish"))
    public = walk.api()

    assert len(public.get("/api/v1/public/petitions/?search=积水").json()["results"]) == 1
    assert public.get("/api/v1/public/petitions/?search=孩子们").json()["results"] == []
    assert walk.reference in client.get("/published/?q=积水").content.decode()
    assert walk.reference not in client.get("/published/?q=孩子们").content.decode()
