"""The list's filters by category and place: the tree is offered, a branch takes all below, nothing is hidden."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from desks import exports
from desks.models import Export, SavedFilter
from desks.templatetags.desks import options_of
from directory import queries
from directory.models import Area, Category
from petitions import choices
from tests.factories import PetitionFactory

pytestmark = pytest.mark.django_db


def branch(code: str, name: str, parent: Category | None = None, **values) -> Category:
    path = f"{parent.path if parent else ''}{code}."
    return Category.objects.create(code=code, name=name, name_en=name, parent=parent, path=path, **values)


@pytest.fixture
def tree(cast):
    """City › Greens › Trees, and City › Streets; a matter of each."""
    city = branch("C", "City")
    greens, streets = branch("C1", "Greens", city), branch("C2", "Streets", city)
    made = {each.code: each for each in (city, greens, streets, branch("C11", "Trees", greens))}
    queries.invalidate()
    return {code: PetitionFactory(area=cast.area["EB"], category=category).reference for code, category in made.items()}


def page(client, query: str) -> str:
    return client.get(f"/desk/?tab=all&{query}").content.decode()


def rows(text: str) -> set[str]:
    return set(re.findall(r'id="r-([0-9A-Z]{10})"', text))


def select(text: str, name: str) -> str:
    return text.partition(f'<select id="f-{name}"')[2].partition("</select>")[0]


def test_each_branch_as_a_whole_first_then_what_is_directly_below(sit, tree):
    offered = select(page(sit("dispatcher"), "search="), "category")
    assert (
        '<optgroup label="City"><option value="C">City, all of it</option>'
        '<option value="C1">Greens</option><option value="C2">Streets</option></optgroup>'
    ) in offered
    assert '<option value="drain">Drains</option>' in offered  # with nothing below
    assert "Trees" not in offered


@pytest.mark.parametrize(
    ("code", "found"), [("C", ["C", "C1", "C11", "C2"]), ("C1", ["C1", "C11"]), ("C2", ["C2"]), ("C11", ["C11"])]
)
def test_a_branch_takes_all_below_it(sit, tree, code, found):
    text = page(sit("dispatcher"), f"category={code}")
    assert rows(text) == {tree[each] for each in found}
    assert select(text, "category").count("selected") == 1


def test_what_the_select_does_not_offer_and_the_address_asks_for_is_chosen(sit, tree):
    client = sit("dispatcher")
    assert '<option selected value="C11">Trees</option>' in select(page(client, "category=C11"), "category")
    Category.objects.filter(code="C2").update(is_active=False)
    queries.invalidate()
    retired = page(client, "category=C2")
    assert '<option selected value="C2">Streets (no longer in use)</option>' in select(retired, "category")
    assert rows(retired) == {tree["C2"]}
    unknown = page(client, "category=%22Z")
    assert '<option selected value="&quot;Z">&quot;Z (not known)</option>' in select(unknown, "category")
    assert rows(unknown) == set()
    assert "No matter fits these filters." in unknown
    assert "not known" not in page(client, "category=C1")


def test_a_branch_whose_parent_is_no_longer_in_use_is_offered_by_itself(tree):
    Category.objects.filter(code="C").update(is_active=False)
    queries.invalidate()
    offered = dict(choices.category_tree())
    assert "City" not in offered
    assert [code for code, _words in offered["Greens"]] == ["C1", "C11"]
    assert offered["C2"] == "Streets"


def test_places_above_the_sub_district_where_there_are_several(sit, cast):
    assert "440310" not in dict(choices.area_tree())
    PetitionFactory(area=cast.area["TG"])
    here = PetitionFactory(area=cast.area["EB"]).reference
    assert rows(page(sit("dispatcher"), "area=RS")) == rows(page(sit("dispatcher"), "area=EB")) == {here}
    Area.objects.create(code="440311", name="兰花区", name_en="Orchid District", level="district", path="440311.")
    queries.invalidate()
    text = page(sit("dispatcher"), "area=440310")
    assert '<option selected value="440310">Lotus District, anywhere</option>' in select(text, "area")
    assert len(rows(text)) == 2
    assert '<option value="440311">Orchid District, anywhere</option>' in select(text, "area")


@pytest.mark.usefixtures("own_folder")
def test_a_kept_view_and_a_file_hold_the_same_branch(sit, tree):
    client = sit("dispatcher")
    client.post("/desk/filters/", {"name": "Greens", "query": "tab=all&category=C1"})
    assert rows(client.get(f"/desk/?{SavedFilter.objects.get().query}").content.decode()) == {tree["C1"], tree["C11"]}
    client.post("/desk/exports/", {"query": "tab=all&category=C1", "format": "csv"})
    asked = Export.objects.get()
    assert exports.run(export_id=asked.pk, now=timezone.now())
    asked.refresh_from_db()
    assert asked.rows == 2


def test_a_month_that_is_offered_no_more_stays_chosen_as_it_is():
    assert options_of("months", [("2026-11", "November 2026")], "2019-01").endswith(
        '<option selected value="2019-01">2019-01</option>'
    )


def test_figures_offer_the_same_branches(sit, tree):
    offered = select(sit("supervisor").get("/insights/").content.decode(), "category")
    assert '<option value="C">City, all of it</option><option value="C1">Greens</option>' in offered
