"""How many statements an address takes: few for a submission, and never more because a page holds more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory import queries
from petitions import search
from tests.factories import PetitionFactory, WorkOrderFactory
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db


def statements(call):
    """How many statements `call` takes, and its answer."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = assert_ok(call())
    return [query["sql"] for query in captured], answer


def crowd(cast, count):
    """So many petitions of East Bank with the water unit, published."""
    for petition in PetitionFactory.create_batch(
        count,
        area=cast.area["EB"],
        station=cast.station["east"],
        category=cast.category["drain"],
        lead_unit=cast.unit["water"],
        state="in_progress",
        publication="published",
        public_title="下水道堵塞",
        public_text="下水道堵塞。",
        public_search=search.vector("下水道堵塞"),
        published_at="2026-11-20T10:00:00+08:00",
    ):
        order = WorkOrderFactory(petition=petition, department=cast.unit["water"], state="signed")
        order.handler = cast.people["handler"]
        order.save()


@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize("how", ["plain", "everything", "restricted"])
def test_a_submission_takes_at_most_twelve_statements(walk, warm, how):
    walk.submit()
    if not warm:
        queries.invalidate()
    more = {
        "plain": {},
        "everything": {
            "category": "drain", "station": "east", "deputy": "D1", "latitude": 22.7, "longitude": 114.3,
            "name": "王芳", "address": "校门口", "urgent": True,
        },
        "restricted": {"kind": "accusation"},
    }[how]  # fmt: skip

    taken, _answer = statements(lambda: walk.submit(headers={"Idempotency-Key": "k"}, **more))

    print(f"submission ({how}, {'warm' if warm else 'cold'}): {len(taken)} statements")  # noqa: T201
    assert len(taken) <= 12 if warm else len(taken) <= 18, "\n".join(taken)


LISTS = {
    "worklist": ("dispatcher", "/api/v1/worklist/?page_size=50"),
    "a station's worklist": ("officer", "/api/v1/worklist/?page_size=50"),
    "a unit's worklist": ("handler", "/api/v1/worklist/?page_size=50"),
    "search": ("dispatcher", "/api/v1/worklist/?page_size=50&search=下水道&tab=assigned&area=RS"),
    "public list": (None, "/api/v1/public/petitions/?page_size=50"),
    "public search": (None, "/api/v1/public/petitions/?page_size=50&search=下水道"),
    "a unit's orders": ("handler", "/api/v1/work-orders/?page_size=50"),
    "a dispatcher's orders": ("dispatcher", "/api/v1/work-orders/?page_size=50"),
    "a station's orders": ("officer", "/api/v1/work-orders/?page_size=50"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_statements_for_fifty_as_for_five(cast, walk, name):
    who, address = LISTS[name]
    taken = {}
    for count, more in ((5, 5), (50, 45)):
        crowd(cast, more)
        client = walk.api(who)
        client.get(address)
        client = walk.api(who)
        found, answer = statements(lambda c=client: c.get(address))
        assert len(answer.json()["results"]) == count
        taken[count] = len(found)

    print(f"{name}: {taken}")  # noqa: T201
    assert taken[5] == taken[50]
    assert taken[50] <= 8


@pytest.mark.parametrize("who", ["dispatcher", "officer", "handler", "token"])
def test_a_petitions_page_takes_as_many_statements_whatever_it_holds(walk, who):
    walk.to("in_progress")

    def page():
        client = walk.holder() if who == "token" else walk.api(who)
        return client.get(f"/api/v1/petitions/{walk.reference}/")

    page()
    few, _answer = statements(page)
    for number in range(20):
        assert_ok(walk.act("officer", "note", text=f"第{number}条"))
        assert_ok(walk.mine("supplement", text=f"补充{number}"))
    many, _answer = statements(page)

    print(f"page for {who}: {len(many)}")  # noqa: T201
    assert len(few) == len(many) <= 12, "\n".join(many)
