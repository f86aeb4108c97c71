"""The page of figures: whose it is, that it shows and links them, and how much SQL it takes."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import WorkOrder
from petitions.models import Petition, Routing
from tests.desks.conftest import suggest
from tests.factories import PetitionFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db
STAFF = ("officer", "station_head", "dispatcher", "supervisor", "handler", "head", "far_officer", "far_dispatcher")


def crowd(cast, number):
    for count in range(number):
        petition = PetitionFactory(
            area=cast.area["EB" if count % 2 else "TG"],
            station=cast.station["east"],
            category=cast.category["drain" if count % 3 else "road"],
            lead_unit=cast.unit["water" if count % 2 else "road"],
        )
        WorkOrderFactory(petition=petition, department=petition.lead_unit)
        suggest(petition, "water", "road")


def test_the_staff_alone(sit, cast):
    for who in STAFF:
        assert sit(who).get("/insights/").status_code == 200, who
        assert sit(who).get("/insights/unit.csv").status_code == 200, who
    for who in ("deputy", "resident", "neighbour", "root", "system_admin", "auditor"):
        assert sit(who).get("/insights/").status_code == 404, who
        assert sit(who).get("/insights/unit.csv").status_code == 404, who
    for address in ("/insights/", "/insights/unit.csv"):
        assert sit().get(address)["Location"].startswith("/accounts/login/")
    assert sit("dispatcher").get("/insights/nothing.csv").status_code == 404


def test_statements_are_few_and_the_same_for_many_rows(sit, cast):
    client, taken = sit("supervisor"), []
    for number in (5, 45):
        crowd(cast, number)
        client.get("/insights/")
        with CaptureQueriesContext(connection) as seen:
            answer = client.get("/insights/?area=440310&category=drain")
        taken.append(len([q for q in seen if "SAVEPOINT" not in q["sql"]]))
    assert answer.status_code == 200
    assert taken[0] == taken[1] <= 15, taken


def numbers(page):
    """The links of the page's figures, with the number each shows."""
    found = re.findall(r'href="(/desk/\?[^"]+)">(?:<b>)?(\d+)', page)
    return [(unescape(address), int(number)) for address, number in found]


@pytest.mark.parametrize("who", ["supervisor", "head"])
def test_a_figure_on_the_page_opens_a_list_of_just_so_many(sit, cast, who):
    crowd(cast, 7)
    client = sit(who)
    links = dict(numbers(client.get("/insights/").content.decode()))
    assert len(links) > 20
    for address, number in links.items():
        listed = client.get(address)
        assert listed.status_code == 200
        rows = re.findall(r'id="r-([0-9A-Z]{10})"', listed.content.decode())
        assert len(rows) == number, address


def test_every_rate_above_the_tables_leads_to_what_it_divides(sit, cast):
    crowd(cast, 8)
    one, two, three, *_rest = Petition.objects.order_by("pk")
    for each in (one, two, three):
        Routing.objects.filter(petition=each).update(assigned=True, departments=[{"code": "road"}])
    Petition.objects.filter(pk=one.pk).update(result="satisfied", lead_unit=cast.unit["water"])
    page = sit("supervisor").get("/insights/").content.decode()
    shown = {name: (text, dict(parts)) for name, text, parts in rates_of(page)}
    assert shown["routed"] == ("37.5 %", {"routed": 3, "received": 8})
    lost = Petition.objects.filter(routing__assigned=True).exclude(lead_unit__code="road").count()
    assert shown["overturned"] == (f"{lost / 3 * 100:.1f} %", {"overturned": lost, "routed": 3})
    assert shown["satisfaction"] == ("100.0 %", {"satisfied": 1, "basically": 0, "rated": 1})
    assert set(shown["response"][1]) == {"contacted", "contact_due"}
    assert set(shown["resolution"][1]) == {"resolved", "rated"}
    assert shown["score"][1] == {}


def rates_of(page):
    """Each rate above the tables: its name, its text, and the figures behind it with their numbers."""
    for chunk in page.split('data-rate="')[1:]:
        name, text = chunk.split('"')[0], re.search(r"<b>([^<]+)</b>", chunk).group(1)
        inner = chunk.split("</ul>")[0]
        yield name, text, [(re.search(r"figure=(\w+)", to).group(1), number) for to, number in numbers(inner)]


def test_the_list_says_what_it_is_narrowed_to_and_lets_go_of_it(sit, cast):
    crowd(cast, 3)
    client = sit("supervisor")
    page = client.get("/desk/?tab=all&figure=overturned&without=category").content.decode()
    assert "Overturned" in page
    assert "No category" in page
    assert 'href="/desk/?tab=all&amp;without=category"' in page
    unit = sit("head").get("/desk/?tab=all&figure=open").content.decode()
    assert 'id="bulk"' not in unit
    assert sit("head").get("/desk/")["Location"] == "/desk/unit/"


def test_a_table_as_a_file_holds_what_the_page_shows(sit, cast):
    crowd(cast, 4)
    cast.unit["water"].name_en = "=HYPERLINK(1)"
    cast.unit["water"].save()
    client = sit("supervisor")
    body = b"".join(client.get("/insights/unit.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[0][:2] == ["By unit", "Received"]
    assert {row[0]: row[1] for row in rows[1:]} == {"'=HYPERLINK(1)": "2", "Road Bureau": "2", "In all": "4"}
    ages = b"".join(client.get("/insights/age.csv").streaming_content).decode("utf-8-sig")
    assert ages.splitlines()[1] == "0 to 2 days,4,4"


@pytest.mark.parametrize("query", ["from=2026-13", "from=x", "from=2026-05&to=2026-01", "area=nowhere", "from=2001-01"])
def test_what_is_not_understood_is_said(sit, walk, query):
    page = sit("supervisor").get(f"/insights/?{query}")
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert walk.api("supervisor").get(f"/api/v1/insights/?{query}").status_code == 400
    assert sit("supervisor").get(f"/insights/month.csv?{query}").status_code == 404


def test_an_unknown_parameter_is_refused(walk):
    assert walk.api("supervisor").get("/api/v1/insights/?unit=water").status_code == 400


def test_a_unit_counts_only_what_it_may_read(sit, walk, cast):
    crowd(cast, 6)
    answer = walk.api("head").get("/api/v1/insights/").json()
    held = WorkOrder.objects.filter(department=cast.unit["water"]).count()
    assert answer["total"]["counts"]["received"] == held == 3
    assert Petition.objects.count() == 6
    assert walk.api("far_officer").get("/api/v1/insights/").json()["total"]["counts"]["received"] == 0
