"""Two people move one case at the same moment, by page and by API: one wins, the other is told, nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from dispatch.models import WorkOrder
from journal.models import Entry
from tests.browser.conftest import consent_rows, town  # noqa: F401
from tests.desks.conftest import at_version
from tests.factories import PetitionFactory, put_into
from tests.walk import Walk

ROUNDS = 4
NOTE = "请两天内到现场，这一段写了很久。"


@pytest.fixture
def cast(town):  # noqa: F811
    return town


def registered(cast):
    petition = PetitionFactory(area=cast.area["EB"], station=cast.station["east"], category=cast.category["drain"])
    put_into(petition, "registered")
    return petition


def at_once(*calls):
    """Make the calls in threads that start together; return their answers in order."""
    barrier = Barrier(len(calls))

    def made(call):
        try:
            barrier.wait(30)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(made, calls))


def test_page_against_api(sit, cast):
    walk = Walk(cast)
    for _round in range(ROUNDS):
        petition = registered(cast)
        walk.reference = petition.reference
        page, api, form = sit("dispatcher"), walk.api("dispatcher"), at_version(petition, units=["road"], note=NOTE)
        where = f"/desk/petitions/{petition.reference}/moves/assign/"
        there = f"/api/v1/petitions/{petition.reference}/actions/assign/"
        on_page, by_api = at_once(
            lambda page=page, where=where, form=form: page.post(where, form),
            lambda api=api, there=there: api.post(there, {"units": ["water"], "note": NOTE}, format="json"),
        )
        order = WorkOrder.objects.get(matter_id=petition.pk)  # exactly one, whoever won
        assert Entry.objects.filter(matter_id=petition.pk, action="assigned").count() <= 1
        if order.department.code == "road":
            assert on_page.status_code == 302
            assert by_api.status_code == 409
            assert by_api.json()["detail"]
        else:
            assert by_api.status_code == 200
            assert on_page.status_code == 409
            said = on_page.content.decode()
            assert "Meanwhile somebody else has worked on this matter." in said
            assert NOTE in said


def test_page_against_page(sit, cast):
    petition = registered(cast)
    where = f"/desk/petitions/{petition.reference}/moves/"
    first, second = sit("officer"), sit("dispatcher")
    decline = at_version(petition, reason=NOTE, channel="请向人民法院起诉。")
    assign = at_version(petition, units=["road"], note=NOTE)
    answers = at_once(
        lambda: first.post(f"{where}propose_decline/", decline), lambda: second.post(f"{where}assign/", assign)
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    lost = next(answer for answer in answers if answer.status_code == 409).content.decode()
    assert "Meanwhile somebody else has worked on this matter." in lost
    assert NOTE in lost
    petition.refresh_from_db()
    declined, assigned = petition.decline_proposed_at is not None, WorkOrder.objects.exists()
    assert declined != assigned


def test_api_against_api(cast):
    petition = registered(cast)
    there = f"/api/v1/petitions/{petition.reference}/actions/assign/"
    walk = Walk(cast)
    clients = [(walk.api("dispatcher"), code) for code in ("road", "water")]
    answers = at_once(
        *(lambda api=api, code=code: api.post(there, {"units": [code]}, format="json") for api, code in clients)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert next(answer for answer in answers if answer.status_code == 409).json()["detail"]
    assert WorkOrder.objects.count() == 1
