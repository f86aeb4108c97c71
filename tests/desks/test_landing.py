"""Where the workbench opens: on the first tab of one's own work that has something in it; an address stays its own."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desks.landing import DAYS, day_of, first_tab
from desks.models import SavedFilter
from directory.models import Office
from dispatch.lifecycle import DEPUTY, DISPATCHER, OFFICER, SUPERVISOR
from petitions.lifecycle import MOVES, STATION_HEAD, State
from petitions.models import Petition
from petitions.worklist import TABS
from tests.factories import PetitionFactory, put_into
from tests.walk import Walk

pytestmark = pytest.mark.django_db
STATES = {"new": State.SUBMITTED, "triage": State.REGISTERED, "to_check": State.REPLIED}
REST = "Nothing waits for you"


def at(client, address: str = "/desk/", **headers) -> str:
    """The tab that a page is on."""
    page = client.get(address, headers=headers).content.decode()
    found = re.findall(r'id="tab-([a-z_]+)"[^>]* aria-current="true"', page)
    assert len(found) == 1
    assert f'<input type="hidden" name="tab" value="{found[0]}">' in page
    return found[0]


def test_a_day_holds_tabs_that_are_there_and_that_its_owner_empties():
    for who, day in DAYS.items():
        assert set(day) <= set(TABS), who
        assert not {"all", "supervised", "restricted"} & set(day), who  # they never empty
        for tab in set(day) & set(STATES):
            leave = [move for move in MOVES.values() if STATES[tab] in move.sources and move.target and who in move.who]
            assert leave, (who, tab)
        assert "exclusions" not in day or who in MOVES["grant_exclusion"].who


def test_of_two_capacities_the_one_that_keeps_others_waiting_comes_first():
    day = day_of({SUPERVISOR, DISPATCHER})
    assert day[: len(DAYS[DISPATCHER])] == list(DAYS[DISPATCHER])
    assert set(day) == {*DAYS[DISPATCHER], *DAYS[SUPERVISOR]}
    assert len(day) == len(set(day))
    assert first_tab([], {}) == "all"
    assert first_tab([OFFICER], {"to_check": 0, "overdue": 2, "triage": 9}) == "overdue"


def test_everybody_lands_on_the_first_tab_of_their_day_with_something_in_it(sit, walk, cast):
    walk.submit(deputy="D1")
    assert [at(sit(who)) for who in ("dispatcher", "officer", "station_head")] == ["new", "new", "new"]
    Walk(cast).to("registered")
    assert at(sit("dispatcher")) == "triage"
    Walk(cast).to("replied")
    assert at(sit("station_head")) == "to_check"
    assert at(sit("officer")) == "new"
    walk.act("officer", "register")
    assert at(sit("officer")) == "to_check"
    walk.act("dispatcher", "assign", units=["water"])
    assert at(sit("deputy")) == "assigned"
    for _ in range(2):
        late = PetitionFactory(area=cast.area["EB"])
        put_into(late, "assigned")
    assert at(sit("supervisor")) == "overdue"


@pytest.mark.parametrize(
    ("who", "first"),
    [
        ("dispatcher", DISPATCHER),
        ("officer", OFFICER),
        ("station_head", STATION_HEAD),
        ("supervisor", SUPERVISOR),
        ("deputy", DEPUTY),
    ],
)
def test_where_nothing_waits_the_day_begins_with_a_friendly_word(sit, cast, who, first):
    client = sit(who)
    assert at(client) == DAYS[first][0]
    page = client.get("/desk/").content.decode()
    assert REST in page
    assert f"These tabs are empty: {TABS[DAYS[first][0]][0]}, " in page
    assert 'href="/desk/?tab=all">Look at all matters</a>' in page
    asked = client.get(f"/desk/?tab={DAYS[first][0]}").content.decode()
    assert REST not in asked  # somebody chose this tab: it is said of the tab
    assert "Everything under this tab is done." in asked


def test_an_address_with_a_tab_stays_what_it_is(sit, walk):
    walk.to("registered")
    client = sit("dispatcher")
    for tab in TABS:
        page = client.get(f"/desk/?tab={tab}").content.decode()
        assert f'<input type="hidden" name="tab" value="{tab}">' in page
    assert at(client, "/desk/?tab=nonsense") == "triage"


@pytest.mark.parametrize("who", ["dispatcher", "officer", "supervisor"])
def test_filters_without_a_tab_look_everywhere(sit, walk, who):
    walk.to("in_progress")
    client = sit(who)
    for query in ("category=road&tab=", "search=下水道", "figure=open", "area=EB"):
        assert at(client, f"/desk/?{query}") == "all", query
    Petition.objects.update(publication="private")
    assert at(client, "/desk/?ordering=due_at") == DAYS[who][0]  # in another order it is still one's own work


def test_a_search_that_finds_nothing_under_a_tab_leads_to_all_of_them(sit, walk):
    walk.to("in_progress")
    page = sit("dispatcher").get("/desk/?tab=triage&search=下水道").content.decode()
    address = re.search(r'href="([^"]+)">Look under every tab', page)[1].replace("&amp;", "&")
    assert at(sit("dispatcher"), address) == "all"
    assert walk.reference in sit("dispatcher").get(address).content.decode()


def test_the_view_somebody_chose_to_begin_with_comes_first(sit, walk, cast):
    walk.to("registered")
    SavedFilter.objects.create(user=cast.dispatcher, name="Late", query="tab=overdue", is_default=True)
    assert at(sit("dispatcher")) == "overdue"
    SavedFilter.objects.update(query="category=drain")  # one that says no tab
    assert at(sit("dispatcher")) == "all"


def test_the_live_tabs_stay_where_one_is_though_the_work_has_moved_on(sit, walk):
    walk.to("registered")
    client = sit("dispatcher")
    page = client.get("/desk/").content.decode()
    fresh = re.search(r'hx-get="(/desk/tabs/\?[^"]*)"', page)[1].replace("&amp;", "&")
    assert fresh == "/desk/tabs/?tab=triage"
    walk.act("dispatcher", "assign", units=["water"])
    tabs = client.get(fresh, headers={"hx-request": "true"})
    assert tabs.status_code == 200
    assert re.search(r'id="tab-triage"[^>]* aria-current="true"', tabs.content.decode())
    assert f'hx-get="{fresh}"' in tabs.content.decode()
    assert at(client, "/desk/", **{"hx-request": "true"}) == "publication"  # the next of the day, without a redirect


@pytest.mark.parametrize("who", ["dispatcher", "officer", "supervisor", "deputy"])
def test_landing_counts_the_tabs_once_and_takes_as_many_statements_as_asking(sit, walk, cast, who):
    walk.submit(deputy="D1")
    Office.objects.create(user=cast.dispatcher, area=cast.area["440310"], role="supervisor")
    client = sit(who)
    client.get("/desk/")  # what a process keeps for a minute
    taken = {}
    for address in ("/desk/", f"/desk/?tab={at(client)}"):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        statements = [each["sql"] for each in seen if "SAVEPOINT" not in each["sql"]]
        assert len([sql for sql in statements if "AS counted" in sql]) == 1
        taken[address] = len(statements)
    assert len(set(taken.values())) == 1, taken
    assert max(taken.values()) <= 15
