"""The pages: how the router does, hot topics for staff and for everybody, merging by one key."""

from datetime import timedelta

import pytest
from django.test import Client

from petitions.actions.learning import keep_report, train_router
from petitions.actions.placing import keep_topics, place
from petitions.learning import placing
from petitions.models import Routing
from tests.learning.conftest import NOW
from tests.learning.test_same_matter import AGAIN, LAMP, lamp

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(cast, settings):
    settings.STAFF_TOTP_REQUIRED = False

    def get(who, path, method="get", **data):
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        if who:
            client.force_login(getattr(cast, who))
        return getattr(client, method)(path, data)

    return get


def test_the_routers_page_before_and_after_training(page, past):
    assert "Nothing was trained yet" in page("dispatcher", "/desk/router/").content.decode()
    train_router(now=NOW)
    keep_report(now=NOW)
    shown = page("supervisor", "/desk/router/").content.decode()
    assert "In use" in shown
    assert "240 closed matters" in shown
    assert page("dispatcher", "/desk/router/").status_code == 200


@pytest.mark.parametrize("who", ["officer", "handler", "deputy", "resident", "root"])
def test_the_routers_page_is_closed_to_others(page, who):
    assert page(who, "/desk/router/").status_code == 404
    assert page(who, "/desk/router/roll-back/", "post").status_code == 404


def test_strangers_sign_in_first(page, cast):
    assert page(None, "/desk/router/").status_code == 302


def test_rolling_back_from_the_page_and_by_the_api(page, past, walk):
    from dispatch.actions.router import promote

    first = train_router(now=NOW, promote=False).version
    promote(version=first, now=NOW)
    second = train_router(now=NOW + timedelta(minutes=1), promote=False).version
    promote(version=second, now=NOW + timedelta(minutes=1))
    assert page("far_dispatcher", "/desk/router/roll-back/", "post").status_code == 404
    assert walk.api("far_dispatcher").post("/api/v1/router/roll-back/", {}, format="json").status_code == 404
    assert page("dispatcher", "/desk/router/roll-back/", "post").status_code == 302
    first.refresh_from_db()
    assert (first.state, first.promoted_by.username) == ("in_use", "dispatcher")
    refused = walk.api("dispatcher").post("/api/v1/router/roll-back/", {}, format="json")
    assert refused.status_code in (409, 422)
    assert "earlier version" in refused.content.decode()
    assert walk.api("dispatcher").get("/api/v1/router/").json()["in_use"]["version"] == first.version


def test_topics_for_staff_and_for_everybody(page, fresh_petition):
    made = [lamp(fresh_petition, f"{LAMP}第{n}位。") for n in range(6)]
    for found in placing.waiting(NOW, seconds=60):
        place(found=found, now=NOW)
    keep_topics(now=NOW)
    shown = page("dispatcher", "/desk/topics/?days=7").content.decode()
    assert "碧湖花园北门路灯不亮" in shown
    assert "Growing fast" in shown
    assert made[-1].reference in shown
    assert "碧湖花园" not in page(None, "/topics/").content.decode()
    for petition in made[:2]:
        petition.publication, petition.public_title, petition.public_text = "published", "北门路灯", "路灯不亮。"
        petition.published_at = NOW
        petition.save()
    keep_topics(now=NOW)
    public = page(None, "/topics/").content.decode()
    assert "北门路灯" in public
    assert "碧湖花园" not in public
    assert made[5].reference not in public


def test_merging_by_one_key_from_the_matters_page(page, fresh_petition):
    first, second = lamp(fresh_petition), lamp(fresh_petition, AGAIN)
    for found in placing.waiting(NOW, seconds=60):
        place(found=found, now=NOW)
    shown = page("dispatcher", f"/desk/petitions/{second.reference}/related/").content.decode()
    assert "Probably the same matter" in shown
    sent = {"version": "0", "into": first.reference}
    assert page("dispatcher", f"/desk/petitions/{second.reference}/moves/merge/", "post", **sent).status_code == 302
    second.refresh_from_db()
    assert second.merged_into == first


def test_the_cases_a_candidate_resembles_are_linked(page, cast, walk):
    walk.to("concluded")
    like = walk.petition
    walk.to("registered")
    reasons = [{"code": "similar", "cases_like": [like.pk, 10**9]}, {"code": "keywords", "words": ["下水道"]}]
    Routing.objects.update_or_create(
        petition=walk.petition,
        defaults={
            "at": NOW,
            "version": "test",
            "categories": [],
            "departments": [{"code": "water", "score": 0.9, "reasons": reasons, "co_units": ["road"]}],
            "assigned": False,
        },
    )
    shown = page("dispatcher", f"/desk/petitions/{walk.reference}/").content.decode()
    assert f'<a class="reference" href="/desk/petitions/{like.reference}/">{like.reference}</a>' in shown
    assert "It has a matter like this one" not in shown
    assert "Co-units: " in shown
