"""The workbench: counts that equal the rows, filters, paging, saved views, one key, and how much SQL it takes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime

from common.counting import count_each
from desks.meanwhile import sentence
from desks.models import SavedFilter
from journal.models import Entry
from petitions.models import Petition
from petitions.worklist import TABS, counts
from tests.desks.conftest import at_version, suggest
from tests.factories import PetitionFactory, put_into

pytestmark = pytest.mark.django_db
FEW, MANY = 5, 50


def crowd(cast, number: int, state: str = "registered") -> list[Petition]:
    made = [
        PetitionFactory(area=cast.area["EB"], station=cast.station["east"], category=cast.category["drain"])
        for _ in range(number)
    ]
    for petition in made:
        put_into(petition, state)
        suggest(petition, "water", "road")
    return made


def rows(answer) -> list[str]:
    return re.findall(r'id="r-([0-9A-Z]{10})"', answer.content.decode())


@pytest.mark.parametrize("who", ["dispatcher", "officer", "supervisor"])
def test_statements_are_few_and_the_same_for_many_rows(sit, cast, who):
    client, address = sit(who), "/desk/?tab=triage&category=drain&area=440310&search=下水道"
    taken = []
    for number in (FEW, MANY - FEW):
        crowd(cast, number)
        client.get(address)  # what a process keeps for a minute: master data, frequent words
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = client.get(address)
        taken.append(len([q for q in seen if "SAVEPOINT" not in q["sql"]]))
    assert len(rows(answer)) == MANY
    assert taken[0] == taken[1]
    assert taken[1] <= 15, taken


def test_counts_are_those_of_the_rows(sit, walk, cast):
    for state in ("submitted", "registered", "assigned", "replied"):
        walk.to(state)
    for who in ("dispatcher", "officer", "supervisor", "deputy", "far_officer"):
        numbers = counts(getattr(cast, who))
        for tab, (_label, condition) in TABS.items():
            visible = Petition.objects.visible_to(getattr(cast, who)).filter(condition())
            assert numbers[tab] == visible.count(), (who, tab)


def test_counting_stops_at_a_hundred(cast):
    crowd(cast, 102)
    with CaptureQueriesContext(connection) as seen:
        assert count_each({"a": Petition.objects.all(), "b": Petition.objects.none()}) == {"a": 100, "b": 0}
    assert len(seen) == 1


def test_more_than_ninety_nine_says_so(sit, cast):
    crowd(cast, 101)
    assert "99+" in sit("dispatcher").get("/desk/").content.decode()


def test_paging_shows_every_row_once(sit, cast):
    made = crowd(cast, 70)
    client, address, seen = sit("dispatcher"), "/desk/?tab=triage&ordering=due_at", []
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r'id="r-([0-9A-Z]{10})"', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found.group(1).replace("&amp;", "&") if found else ""
    assert sorted(seen) == sorted(petition.reference for petition in made)


def test_a_broken_page_link_shows_the_first_page(sit, cast):
    crowd(cast, 3)
    answer = sit("dispatcher").get("/desk/?tab=triage&cursor=nonsense")
    assert len(rows(answer)) == 3
    assert "not valid" in answer.content.decode()


def test_a_filter_nobody_knows_is_said_not_obeyed(sit, cast):
    crowd(cast, 2)
    answer = sit("dispatcher").get("/desk/?tab=triage&urgency=whatever")
    assert rows(answer) == []
    assert "not understood" in answer.content.decode()


def test_filters_search_and_order(sit, cast):
    first, second = crowd(cast, 2)
    Petition.objects.filter(pk=second.pk).update(urgency="urgent")
    client = sit("dispatcher")
    assert rows(client.get("/desk/?tab=triage&urgency=urgent")) == [second.reference]
    assert rows(client.get(f"/desk/?tab=all&search={first.reference}")) == [first.reference]
    assert rows(client.get("/desk/?tab=all&ordering=submitted_at"))[0] == first.reference
    assert rows(client.get("/desk/?tab=all&area=HS")) == []


def test_a_view_is_kept_and_forgotten(sit, cast):
    client = sit("dispatcher")
    client.post("/desk/filters/", {"name": "Urgent here", "query": "tab=triage&urgency=urgent&evil=1"})
    saved = SavedFilter.objects.get()
    assert saved.query == "tab=triage&urgency=urgent"
    assert "Urgent here" in client.get("/desk/").content.decode()
    assert "Urgent here" not in sit("officer").get("/desk/").content.decode()
    sit("officer").post(f"/desk/filters/{saved.pk}/remove/")
    assert SavedFilter.objects.exists()
    client.post(f"/desk/filters/{saved.pk}/remove/")
    assert not SavedFilter.objects.exists()


def test_a_view_opens_by_itself_until_something_else_is_asked_for(sit, walk, cast):
    walk.to("registered")
    client = sit("dispatcher")
    client.post("/desk/filters/", {"name": "Overdue", "query": "tab=overdue"})
    client.post("/desk/filters/", {"name": "All", "query": "tab=all"})
    overdue, everything = SavedFilter.objects.order_by("pk")
    assert rows(client.get("/desk/")) == [walk.reference]  # triage, as for every dispatcher
    sit("officer").post(f"/desk/filters/{overdue.pk}/prefer/")
    assert not SavedFilter.objects.filter(is_default=True).exists()
    client.post(f"/desk/filters/{overdue.pk}/prefer/")
    assert rows(client.get("/desk/")) == []
    assert rows(client.get("/desk/?tab=triage")) == [walk.reference]
    client.post(f"/desk/filters/{everything.pk}/prefer/")  # one at a time
    assert list(SavedFilter.objects.filter(is_default=True)) == [everything]
    assert rows(client.get("/desk/")) == [walk.reference]
    client.post(f"/desk/filters/{everything.pk}/prefer/")  # once more: none
    assert not SavedFilter.objects.filter(is_default=True).exists()


def test_one_key_assigns_the_first_candidate(sit, walk):
    suggest(walk.to("registered").petition, "water", "road")
    data = at_version(walk.petition, unit="water")
    answer = sit("dispatcher").post(
        f"/desk/petitions/{walk.reference}/assign-first/", data, headers={"hx-request": "true"}
    )
    assert answer.status_code == 200
    assert "was assigned to Water Bureau" in answer.content.decode()
    assert walk.petition.state == "assigned"
    assert walk.order.department.code == "water"


def test_two_dispatchers_one_wins_the_other_is_told(sit, walk):
    suggest(walk.to("registered").petition, "water", "road")
    data = at_version(walk.petition, unit="water")
    walk.act("dispatcher", "assign", units=["road"])
    answer = sit("dispatcher").post(
        f"/desk/petitions/{walk.reference}/assign-first/", data, headers={"hx-request": "true"}
    )
    page = answer.content.decode()
    assert "somebody else has worked on this matter" in page
    assert re.search(r"Dispatcher Dispatcher assigned it to Road Bureau \(\d\d:\d\d\)\.", page)
    assert walk.order.department.code == "road"


def test_a_unit_that_came_second_reads_who_was_first(sit, walk):
    walk.to("assigned")
    data = at_version(walk.petition, next="/desk/unit/")
    assert walk.order_act("head", "sign").status_code == 200
    answer = sit("handler").post(f"/desk/unit/orders/{walk.order.pk}/sign/", data, follow=True)
    assert re.search(r"Unit head Head, \d\d:\d\d: The department has taken it\.", answer.content.decode())


def test_what_was_done_another_day_is_told_with_the_day(walk):
    walk.to("registered")
    entry = Entry.objects.get(action="register")
    assert re.search(r"\d\d:\d\d: Registered at the station\.$", sentence(entry, entry.at))
    with translation.override("en"):
        told = sentence(entry, entry.at + timedelta(days=1))
        assert date_format(localtime(entry.at), "DATETIME_FORMAT") in told


def test_without_script_it_answers_with_the_list(sit, walk):
    suggest(walk.to("registered").petition, "water")
    data = at_version(walk.petition, unit="water", next="/desk/?tab=triage")
    answer = sit("dispatcher").post(f"/desk/petitions/{walk.reference}/assign-first/", data)
    assert answer["Location"] == "/desk/?tab=triage"
    far = at_version(walk.petition, unit="water", next="https://elsewhere.example/desk/")
    assert sit("dispatcher").post(f"/desk/petitions/{walk.reference}/assign-first/", far)["Location"] == "/desk/"


def test_officers_are_not_offered_to_assign(sit, walk):
    suggest(walk.to("registered").petition, "water")
    page = sit("officer").get("/desk/?tab=triage").content.decode()
    assert walk.reference in page
    assert "assign-first" not in page
    data = at_version(walk.petition, unit="water")
    sit("officer").post(f"/desk/petitions/{walk.reference}/assign-first/", data)
    assert walk.petition.state == "registered"


def test_a_partial_is_the_list_alone(sit, cast):
    crowd(cast, 1)
    page = sit("dispatcher").get("/desk/", headers={"hx-request": "true"}).content.decode()
    assert page.lstrip().startswith('<div id="list"')


def test_the_footer_offers_no_sign_in_to_who_is_signed_in(sit):
    entrance, own = f'href="{reverse("account_login")}"', f'<a href="{reverse("desks:home")}">To my page</a>'
    inside, outside = (sit(who).get("/help/").content.decode() for who in ("dispatcher", None))
    assert own in inside
    assert entrance not in inside
    assert entrance in outside
    assert own not in outside
