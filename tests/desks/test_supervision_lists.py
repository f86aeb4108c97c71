"""The supervisor's lists: a number is the list behind it, a list that is cut off says so and leads to all of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desks import exports, oversight
from desks.models import Export, KeySupervision, SavedFilter
from dispatch.models import WorkOrder
from petitions.models import Petition
from tests.factories import PetitionFactory, WorkOrderFactory, put_into
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db
SECTIONS = {
    "watched": "h-watch",
    "overdue": "h-over",
    "wished": "h-dep",
    "failures": "h-fail",
    "asked": "h-led",
    "ledger": "h-led",
}


def rows(text: str) -> set[str]:
    return set(re.findall(r'id="r-([0-9A-Z]{10})"', text))


def sections(client) -> dict[str, str]:
    page = client.get("/desk/supervision/").content.decode()
    return {part.split('"')[0]: part for part in page.split('<section aria-labelledby="')[1:]}


def cut(part: str, name: str) -> tuple[str, str, str] | None:
    """How many of how many a section says it shows, and the address of the whole list with its number of matters."""
    told = re.search(
        rf'([0-9]+ of [0-9]+) are shown here. <a href="([^"]*watch={name}[^"]*)">[^<]*[(]([0-9]+)[)]</a>', part
    )
    return told and (told[1], told[2].replace("&amp;", "&"), told[3])


def overdue(order: WorkOrder) -> None:
    WorkOrder.objects.filter(pk=order.pk).update(internal_due_at=timezone.now() - timedelta(days=2))


@pytest.fixture
def three(walk, cast):
    """Three matters in every list of supervision, two of them on the ledger and one proposed; and one in no list."""
    now, made = timezone.now(), []
    for number in range(3):
        walk.to("in_progress")
        made.append(walk.petition)
        assert_ok(walk.order_act("head", "propose_ledger", reason="需市级立项。"))
        if number:
            assert_ok(walk.order_act("supervisor", "grant_ledger", ruling="同意挂账。"))
        KeySupervision.objects.create(
            petition=walk.petition, supervisor=cast.supervisor, opened_at=now, look_back_on=now.date()
        )
        helper = WorkOrderFactory(petition=walk.petition, department=cast.unit["road"], kind="co")
        overdue(helper)
    Petition.objects.update(failures=2, supervision_asked_at=now)
    Walk(cast).to("in_progress")
    return made


@pytest.mark.parametrize(
    ("name", "number"), [("watched", 3), ("overdue", 3), ("wished", 3), ("failures", 3), ("ledger", 2)]
)
def test_a_list_that_is_cut_off_says_of_how_many_and_leads_to_just_those(sit, three, monkeypatch, name, number):
    monkeypatch.setattr(oversight, "LISTED", 1)
    client = sit("supervisor")
    told, to, matters = cut(sections(client)[SECTIONS[name]], name)
    assert told == f"1 of {number}"
    page = client.get(to).content.decode()
    assert len(rows(page)) == int(matters) == number
    assert rows(page) <= {petition.reference for petition in three}
    assert str(oversight.LISTS[name][0]) in page  # the list says what it is narrowed to
    if name == "ledger":
        assert "recheck <span" in page


def test_proposals_for_the_ledger_too(sit, three, walk, monkeypatch):
    walk.to("in_progress")
    assert_ok(walk.order_act("head", "propose_ledger", reason="需市级立项。"))
    monkeypatch.setattr(oversight, "LISTED", 1)
    client = sit("supervisor")
    told, to, matters = cut(sections(client)["h-led"], "asked")
    assert (told, matters) == ("1 of 2", "2")
    assert rows(client.get(to).content.decode()) == {three[0].reference, walk.reference}


def test_whole_lists_say_nothing_of_being_cut(sit, three):
    assert "are shown here" not in sit("supervisor").get("/desk/supervision/").content.decode()


def test_every_list_is_on_the_page():
    assert set(SECTIONS) == set(oversight.LISTS)


# --- overdue by unit: orders are counted, matters are listed


def by_unit(client) -> dict[str, tuple[int, set[str]]]:
    """What the table says of each unit: how many are overdue, and the matters of the list it leads to."""
    part = sections(client)["h-over"].partition("<tbody>")[2].partition("</tbody>")[0]
    found = {}
    for line in part.split("<tr>")[1:]:
        to, name = re.search(r'<a href="([^"]+)">([^<]+)</a>', line).groups()
        number, _urged = map(int, re.findall(r'class="number"[^>]*>([0-9]+)<', line))
        found[name] = number, rows(client.get(to.replace("&amp;", "&")).content.decode())
    return found


def test_of_two_orders_of_a_matter_one_is_overdue(sit, walk):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water", "road"]))
    late = walk.order_of("road")
    overdue(late)
    client = sit("supervisor")
    assert not walk.petition.is_overdue(timezone.now())  # its own limit has not come: it is the order that is late
    assert by_unit(client) == {"Road Bureau": (1, {walk.reference})}
    assert rows(client.get("/desk/?tab=all&overdue_at=water").content.decode()) == set()
    assert rows(client.get("/desk/?tab=overdue&overdue_at=road").content.decode()) == set()


def test_a_number_is_the_list_behind_it_for_every_unit(sit, walk, cast, monkeypatch):
    walk.to("registered")
    assert_ok(walk.act("dispatcher", "assign", units=["water", "road"]))
    both = walk.petition
    for unit in ("water", "road"):
        overdue(walk.order_of(unit))
    helped = Walk(cast).to("registered")
    assert_ok(helped.act("dispatcher", "assign", units=["water"], co_units=["road"]))
    overdue(helped.order_of("road"))
    client = sit("supervisor")
    assert by_unit(client) == {
        "Water Bureau": (1, {both.reference}),
        "Road Bureau": (2, {both.reference, helped.reference}),
    }
    monkeypatch.setattr(oversight, "LISTED", 1)
    told, to, matters = cut(sections(client)["h-over"], "overdue")
    assert (told, matters) == ("1 of 3", "2")
    assert rows(client.get(to).content.decode()) == {both.reference, helped.reference}


def test_on_the_list_it_is_said_which_unit_and_taken_off_again(sit, late):
    page = sit("supervisor").get("/desk/?tab=all&overdue_at=water").content.decode()
    assert "Work order overdue at Water Bureau" in page
    assert 'href="/desk/?tab=all" aria-label="Without the filter Work order overdue at Water Bureau"' in page
    assert '<input type="hidden" name="overdue_at" value="water">' in page  # a search stays within it
    assert len(rows(page)) == 2


@pytest.mark.parametrize(
    ("who", "query", "words"),
    [
        ("dispatcher", "watch=overdue", "the supervisors’ alone"),
        ("officer", "overdue_at=water", "the supervisors’ alone"),
        ("supervisor", "watch=nonsense", "not understood"),
        ("supervisor", "overdue_at=nowhere", "No matter fits these filters."),
    ],
)
def test_what_is_not_theirs_or_not_known_is_said_and_lists_nothing(sit, late, who, query, words):
    page = sit(who).get(f"/desk/?tab=all&{query}").content.decode()
    assert words in page
    assert rows(page) == set()


@pytest.mark.usefixtures("own_folder")
def test_it_is_kept_as_a_view_and_written_to_a_file(sit, late):
    client = sit("supervisor")
    client.post("/desk/filters/", {"name": "Water", "query": "tab=all&overdue_at=water"})
    saved = SavedFilter.objects.get()
    assert saved.query == "tab=all&overdue_at=water"
    assert len(rows(client.get(f"/desk/?{saved.query}").content.decode())) == 2
    client.post("/desk/exports/", {"query": "tab=all&watch=overdue", "format": "csv"})
    asked = Export.objects.get()
    assert exports.run(export_id=asked.pk, now=timezone.now())
    asked.refresh_from_db()
    assert asked.rows == 2
    sit("dispatcher").post("/desk/exports/", {"query": "tab=all&watch=overdue", "format": "csv"})
    assert Export.objects.count() == 1  # nothing that the list would not show


@pytest.mark.parametrize("address", ["/desk/supervision/", "/desk/?tab=all&watch=overdue&overdue_at=water"])
def test_statements_are_few_and_the_same_for_many_rows(sit, cast, address):
    client, taken = sit("supervisor"), []
    for number in (5, 43):
        for _ in range(number):
            petition = PetitionFactory(area=cast.area["EB"], failures=2, lead_unit=cast.unit["water"])
            put_into(petition, "in_progress")
            overdue(WorkOrderFactory(petition=petition, department=cast.unit["water"]))
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        taken.append(len([each for each in seen if "SAVEPOINT" not in each["sql"]]))
    assert taken[0] == taken[1] <= 15, taken


# --- urging


def test_urge_many_each_with_its_result(sit, late):
    page = sit("supervisor").get("/desk/supervision/").content.decode()
    assert "Water Bureau" in page
    assert all(order.reference in page for order in late)
    data = {"order": [order.pk for order in late], "note": "请三日内办结。"}
    page = sit("supervisor").post("/desk/supervision/urge/", data).content.decode()
    assert page.count("Urged.") == 2
    assert set(WorkOrder.objects.values_list("urged_count", flat=True)) == {1}


def test_urging_needs_words_and_a_choice_and_loses_neither(sit, late):
    client = sit("supervisor")
    answer = client.post("/desk/supervision/urge/", {"order": [late[0].pk], "note": " "})
    assert answer.status_code == 422
    assert f'value="{late[0].pk}" checked' in answer.content.decode()
    answer = client.post("/desk/supervision/urge/", {"note": "请三日内办结。"})
    assert answer.status_code == 422
    assert ">请三日内办结。</textarea>" in answer.content.decode()
    assert WorkOrder.objects.filter(urged_count=0).count() == 2
