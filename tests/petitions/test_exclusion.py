"""A matter is left out of the rates by two people, for reasons on the record, and is counted as such in public."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from desks.inbox import figures as unit_figures
from directory.models import Office
from dispatch.models import WorkOrder
from petitions.models import Petition
from petitions.views.home import figures as home_figures
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db
WHY = {"reason": "评价人承认点错。"}
RULED = {"ruling": "核实属实。"}


@pytest.fixture
def rated(walk):
    walk.to("concluded")
    WorkOrder.objects.filter(reference=walk.reference).update(contacted_at=F("assigned_at"))
    return walk


def second_supervisor(cast):
    other = User.objects.create_user("supervisor2", display_name="Second")
    office = Office.objects.get(user=cast.supervisor)
    Office.objects.create(user=other, area=office.area, role=office.role)
    return other


def moves(walk, who):
    found = walk.api(who).get(f"/api/v1/petitions/{walk.reference}/").json()["moves"]
    return {move["name"] for move in found if move["name"].endswith(("_exclusion", "count_again"))}


def shares(walk):
    counts = walk.api("supervisor").get("/api/v1/insights/").json()["total"]["counts"]
    return {name: counts[name] for name in ("received", "contact_due", "contacted", "rated", "resolved", "excluded")}


def test_one_proposes_another_rules_and_the_rates_follow(rated):
    counted = {"received": 1, "contact_due": 1, "contacted": 1, "rated": 1, "resolved": 1, "excluded": 0}
    assert shares(rated) == counted
    assert moves(rated, "officer") == {"propose_exclusion"}
    assert_ok(rated.act("officer", "propose_exclusion", **WHY))
    assert shares(rated) == counted, "a proposal changes nothing"
    assert moves(rated, "officer") == set()
    assert moves(rated, "supervisor") == {"grant_exclusion", "refuse_exclusion"}
    assert_ok(rated.act("supervisor", "grant_exclusion", **RULED))
    assert shares(rated) == {**dict.fromkeys(counted, 0), "received": 1, "excluded": 1}
    assert moves(rated, "supervisor") == {"count_again"}
    assert_ok(rated.act("supervisor", "count_again", **WHY))
    assert shares(rated) == counted
    assert rated.petition.exclusion_by_id is None


def test_nobody_rules_on_the_own_proposal(rated, cast):
    assert_ok(rated.act("supervisor", "propose_exclusion", **WHY))
    assert moves(rated, "supervisor") == {"refuse_exclusion"}
    refused = rated.act("supervisor", "grant_exclusion", **RULED)
    assert refused.status_code == 409
    assert "somebody else must rule" in refused.json()["detail"]
    assert rated.petition.exclusion == "proposed"
    cast.people["second"] = second_supervisor(cast)
    assert_ok(rated.act("second", "grant_exclusion", **RULED))
    assert rated.petition.exclusion == "excluded"


def test_a_proposal_is_refused_or_taken_back_with_reasons(rated):
    assert_ok(rated.act("dispatcher", "propose_exclusion", **WHY))
    assert rated.act("dispatcher", "propose_exclusion", **WHY).status_code == 409
    assert rated.act("supervisor", "refuse_exclusion", ruling=" ").status_code == 400
    assert_ok(rated.act("supervisor", "refuse_exclusion", **RULED))
    assert rated.petition.exclusion == ""
    for move, values in (("grant_exclusion", RULED), ("refuse_exclusion", RULED), ("count_again", WHY)):
        assert rated.act("supervisor", move, **values).status_code == 409, move
    assert shares(rated)["excluded"] == 0


@pytest.mark.parametrize("state", ["submitted", "registered"])
def test_what_no_rate_counts_is_not_left_out(walk, state):
    walk.to(state)
    assert moves(walk, "supervisor") == set()
    assert walk.act("supervisor", "propose_exclusion", **WHY).status_code == 409


def test_the_resident_reads_that_it_was_left_out_not_who_proposed_it(rated):
    assert_ok(rated.act("officer", "propose_exclusion", **WHY))
    assert_ok(rated.act("supervisor", "grant_exclusion", **RULED))
    page = rated.cast.browser("resident").get(f"/petitions/{rated.reference}/").content.decode()
    assert "Left out of the rates by two people" in page
    assert RULED["ruling"] in page
    assert WHY["reason"] not in page


def test_it_is_counted_in_public(rated, cast):
    cache.clear()
    before = rated.cast.browser().get("/departments/water/").content.decode()
    assert_ok(rated.act("officer", "propose_exclusion", **WHY))
    assert_ok(rated.act("supervisor", "grant_exclusion", **RULED))
    cache.clear()
    after = rated.cast.browser().get("/departments/water/").content.decode()
    for page, number in ((before, 0), (after, 1)):
        assert f'left out of the rates by two people</dt><dd class="figure">{number}<' in page
    found = home_figures(timezone.now())
    assert (found["received"], found["rated"], found["happy"], found["excluded"]) == (1, 0, 0, 1)


def test_a_units_own_figures_leave_it_out(rated, cast):
    now = timezone.now()
    this, _last = unit_figures([cast.unit["water"].pk], now)
    assert this.rates.resolution == 1
    assert this.rates.response == 1
    Petition.objects.filter(pk=rated.petition.pk).update(exclusion="excluded")
    this, _last = unit_figures([cast.unit["water"].pk], now + timedelta(seconds=1))
    assert (this.received, this.answered) == (1, 1)
    assert this.rates.resolution is None
    assert this.rates.response is None


def test_supervisors_find_what_waits_for_a_ruling(rated, sit_at):
    assert_ok(rated.act("officer", "propose_exclusion", **WHY))
    page = sit_at("supervisor").get("/desk/?tab=exclusions").content.decode()
    assert rated.petition.title in page
    assert "exclusions to rule on" in sit_at("supervisor").get("/desk/supervision/").content.decode()
    matter = sit_at("supervisor").get(f"/desk/petitions/{rated.reference}/").content.decode()
    assert "Proposed to be left out of the rates" in matter
    assert "Exclusions to rule on" not in sit_at("dispatcher").get("/desk/").content.decode()


@pytest.fixture
def sit_at(cast, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return cast.browser
