"""Every figure equals a recount in plain Python, and leads to exactly the matters that were counted."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.models import WorkOrder
from petitions.figures import FIGURES
from petitions.models import Petition

pytestmark = pytest.mark.django_db
SHANGHAI_HOURS = timedelta(hours=8)
ENDED = {"concluded", "archived", "declined", "merged", "converted", "withdrawn"}


def facts(petition, now) -> set[str]:
    """The figures a petition counts under, worked out from its rows one by one."""
    found = {"received"}
    if hasattr(petition, "routing") and petition.routing.assigned:
        found.add("routed")
        first = petition.routing.departments[0]["code"]
        if petition.lead_unit is None or petition.lead_unit.code != first:
            found.add("overturned")
    if petition.exclusion == "excluded":
        found.add("excluded")
    counts = "excluded" not in found
    owed = []
    for order in WorkOrder.objects.filter(matter_type="petition", matter_id=petition.pk):
        if order.kind == "co" or order.state in ("returned", "cancelled") or order.contact_due_at is None:
            continue
        if order.contacted_at is not None:
            owed.append(order.contacted_at < order.contact_due_at)
        elif order.contact_due_at <= now:
            owed.append(False)
    if owed and counts:
        found.add("contact_due")
        if all(owed):
            found.add("contacted")
    if petition.result and counts:
        found.add("rated")
        found.add({"satisfied": "satisfied", "basically_satisfied": "basically"}.get(petition.result, "dissatisfied"))
        if petition.result != "dissatisfied":
            found.add("resolved")
    if petition.state not in ENDED:
        found.add("open")
        if petition.due_at is not None and petition.due_at <= now:
            found.add("overdue")
    return found


def recount(user, now):
    """The references behind each figure: in all, by month, unit, sub-district and category."""
    behind: dict[tuple[str, str], dict[str, set[str]]] = {}
    for petition in Petition.objects.visible_to(user):
        local = petition.submitted_at + SHANGHAI_HOURS
        lineage = petition.area.path.split(".")[:-1]
        groups = {
            ("total", ""),
            ("by_month", f"{local.year}-{local.month:02}"),
            ("by_unit", petition.lead_unit.code if petition.lead_unit else ""),
            ("by_area", lineage[1] if len(lineage) > 1 else lineage[0]),
            ("by_category", petition.category.code if petition.category else ""),
        }
        for group in groups:
            held = behind.setdefault(group, {name: set() for name in FIGURES})
            for name in facts(petition, now):
                held[name].add(petition.reference)
    return behind


def listed(client, address) -> set[str]:
    found, page = set(), client.get(f"{address}&page_size=100").json()
    found |= {row["reference"] for row in page["results"]}
    assert not page["next"]
    return found


def of(answer, behind):
    """Each row of the answer with the references that should be behind it."""
    yield answer["total"], behind.get(("total", ""), {})
    for table in ("by_month", "by_unit", "by_area", "by_category"):
        rows = {row["code"]: row for row in answer[table]}
        assert len(rows) == len(answer[table])
        wanted = {code for name, code in behind if name == table}
        assert wanted <= set(rows)
        for code, row in rows.items():
            yield row, behind.get((table, code), {})


@pytest.mark.parametrize("dearer", [0, 10**9], ids=["looked up", "joined"])
def test_every_count_is_the_recount_for_everybody(town, walk, monkeypatch, dearer):
    monkeypatch.setattr("insights.facts.DEARER", dearer)
    now = timezone.now()
    for who in ("supervisor", "dispatcher", "far_dispatcher", "officer", "head", "road_handler"):
        answer = walk.api(who).get("/api/v1/insights/").json()
        behind = recount(getattr(town.cast, who), now)
        for row, wanted in of(answer, behind):
            counts = {name: len(wanted.get(name, ())) for name in FIGURES}
            assert row["counts"] == counts, (who, row["label"])
            check_rates(row["rates"], counts)
        sizes = {name: len(each) for name, each in behind[("total", "")].items()}
        assert sizes["received"], who
        if who == "supervisor":
            assert all(sizes.values()), sizes  # the town has some of everything


def check_rates(rates, counts):
    """The arithmetic of DOMAIN.md, written out once more."""
    near = pytest.approx
    response = counts["contacted"] / counts["contact_due"] if counts["contact_due"] else None
    resolution = counts["resolved"] / counts["rated"] if counts["rated"] else None
    satisfaction = (counts["satisfied"] + 0.8 * counts["basically"]) / counts["rated"] if counts["rated"] else None
    assert rates["response"] == (None if response is None else near(response))
    assert rates["resolution"] == (None if resolution is None else near(resolution))
    assert rates["satisfaction"] == (None if satisfaction is None else near(satisfaction))
    if None in (response, resolution, satisfaction):
        assert rates["score"] is None
    else:
        assert rates["score"] == near(0.3 * response + 0.35 * resolution + 0.35 * satisfaction)


def test_every_figure_leads_to_exactly_its_matters(town, walk):
    client, now = walk.api("supervisor"), timezone.now()
    the_ages(town, client, now)
    narrowed(town, client, now)
    answer = client.get("/api/v1/insights/").json()
    behind = recount(town.cast.supervisor, now)

    for row, wanted in of(answer, behind):
        for name, address in row["worklist"].items():
            if row["counts"][name] or name == "received":
                assert listed(client, address) == wanted.get(name, set()), (row["label"], name)


def the_ages(town, client, now):
    """How old the open ones are, in days of the calendar."""
    rows = client.get("/api/v1/insights/?from=2026-01&to=2026-01").json()["ages"]
    today = (now + SHANGHAI_HOURS).date()
    ages = Counter(
        (today - (petition.submitted_at + SHANGHAI_HOURS).date()).days
        for petition in Petition.objects.visible_to(town.cast.supervisor)
        if petition.state not in ENDED
    )

    assert sum(row["counts"]["open"] for row in rows) == ages.total()
    for row in rows:
        until = row["until_days"] or 10**6
        assert row["counts"]["open"] == sum(n for age, n in ages.items() if row["from_days"] <= age < until)
        for name, address in row["worklist"].items():
            assert len(listed(client, address)) == row["counts"][name]


def narrowed(town, client, now):
    """One sub-district and one category."""
    answer = client.get("/api/v1/insights/?area=RS&category=drain").json()
    mine = [
        facts(petition, now)
        for petition in Petition.objects.visible_to(town.cast.supervisor)
        if ".RS." in petition.area.path and petition.category and petition.category.code == "drain"
    ]

    assert answer["total"]["counts"] == {name: sum(name in each for each in mine) for name in FIGURES}
    assert {row["code"] for row in answer["by_area"]} <= {"RS", "EB", "WB"}
    for row in answer["by_area"]:
        assert len(listed(client, row["worklist"]["received"])) == row["counts"]["received"]
    assert sum(row["counts"]["received"] for row in answer["by_area"]) == len(mine)
