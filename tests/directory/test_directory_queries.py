"""What other apps ask of the directory, and that asking twice costs nothing."""

from datetime import date

import pytest
from django.utils import translation

from directory import queries
from directory.models import Area, Category, Department, Responsibility, ServiceLevel

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def leads(category, area, on=TODAY):
    place, matter = Area.objects.get(code=area), Category.objects.get(code=category)
    return [line.lead.code for line in queries.responsible(matter, place, on)]


def test_the_most_specific_line_comes_first(loaded):
    assert leads("A1a", "10010102") == ["water", "roads"]
    assert leads("A", "10010101") == ["roads"]
    assert leads("Z", "10010101") == []


def test_a_line_holds_on_its_own_days_only(loaded):
    assert leads("A1a", "10010101", date(2018, 1, 1)) == ["bridge", "water", "roads"]
    assert leads("A1a", "10010101", date(2018, 12, 31))[0] == "bridge"
    assert leads("A1a", "10010101", date(2019, 1, 1)) == ["water", "roads"]
    assert leads("A1a", "10010101", date(2017, 12, 31)) == []


def test_a_dissolved_unit_leads_nothing(loaded):
    loaded.set("responsibilities", 1, lead="roads-old", co_units="")
    loaded.load()
    assert "roads-old" in leads("A1", "1001", date(2019, 12, 31))
    assert "roads-old" not in leads("A1", "1001", date(2020, 1, 1))


def test_priority_then_weight_decide_between_equals(loaded):
    loaded.add("responsibilities", lead="bridge", weight="50")
    loaded.add("responsibilities", lead="water", weight="1", priority="1")
    loaded.load()
    assert leads("A", "1001") == ["water", "bridge", "roads"]


def test_deeper_category_beats_deeper_area(loaded):
    loaded.add("responsibilities", category="A", area="10010101", lead="bridge")
    loaded.load()
    assert leads("A1", "10010101") == ["water", "bridge", "roads"]


def test_warm_questions_cost_no_sql(loaded, django_assert_num_queries):
    place, matter = Area.objects.get(code="10010101"), Category.objects.get(code="A1a")

    def ask():
        lines = queries.responsible(matter, place, TODAY)
        return (
            [(line.lead.label, line.category.label, [unit.code for unit in line.co_units.all()]) for line in lines],
            queries.snapshot(),
            queries.calendar(),
            queries.service_level("claim", "urgent").reply_wd,
            queries.area_by_code("10").label,
            queries.area_by_name("东区").label,
            queries.category_by_code("A").label,
            queries.category_by_names("公用", "供水").label,
            queries.department_by_code("water").label,
            queries.department_by_name("水利局").label,
            queries.place_area(22.7, 114.3).label,
        )

    first = ask()
    with django_assert_num_queries(0):
        assert ask() == first


def test_a_snapshot_costs_five_statements_and_keeps_its_identity(loaded, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(queries, "KEPT_SECONDS", -1.0)  # nothing stays fresh
    with django_assert_num_queries(5):
        first = queries.snapshot()
    assert queries.snapshot() is queries.snapshot()
    assert queries.snapshot() == first
    Department.objects.filter(code="water").update(name_en="Other")
    assert queries.snapshot().departments["water"].name_en == "Other"


def test_what_the_snapshot_holds(loaded):
    Category.objects.filter(code="A1a").update(is_active=False)
    snapshot = queries.snapshot()
    assert snapshot.areas["10010101"].parent == "100101"
    assert snapshot.areas["10"].parent is None
    assert snapshot.categories["A1"].keywords == ("停水", "漏水")
    assert snapshot.categories["Z"].restricted
    assert "A1a" not in snapshot.categories
    assert snapshot.departments["roads-old"].successor == "roads"
    assert snapshot.departments["roads-old"].active_until == date(2020, 1, 1)
    line = next(rule for rule in snapshot.rules if rule.lead == "water")
    assert (line.category, line.area, set(line.co_units), line.weight) == ("A1", "1001", {"roads", "bridge"}, 9)


def test_what_is_kept_goes_stale_only_until_told(loaded):
    assert queries.calendar().is_workday(date(2026, 1, 5)) is False
    loaded.set("calendar", 0, is_workday="yes")
    loaded.load()
    assert queries.calendar().is_workday(date(2026, 1, 5)) is True


def test_a_limit_nobody_set_is_not_made_up(loaded):
    with pytest.raises(ServiceLevel.DoesNotExist):
        queries.service_level("claim", "complex")


@pytest.mark.parametrize("name", ["水务局", "水利局", " 水务局(东区) ", "水务局（东区）"])
def test_a_unit_by_any_of_its_names(loaded, name):
    assert queries.department_by_name(name).code == "water"


def test_unknown_and_ambiguous_names(loaded):
    assert queries.department_by_name("没有的局") is None
    Department.objects.filter(code="bridge").update(aliases=["水利局"])
    queries.invalidate()
    assert queries.department_by_name("水利局") is None
    assert queries.category_by_names("公用", "没有") is None
    assert queries.category_by_names("公用", "供水", "停水、").code == "A1a"
    assert queries.category_by_names("公用", "", "").code == "A"
    assert queries.area_by_code("nowhere") is None


def test_placing_a_point(loaded):
    assert queries.place_area(22.705, 114.305).code == "10010101"
    assert queries.place_area(22.735, 114.345).code == "10010102"
    assert queries.place_area(39.9, 116.4) is None


def test_a_name_in_the_reader_s_language(loaded):
    area, unit = Area.objects.get(code="1001"), Department.objects.get(code="roads-old")
    with translation.override("en"):
        assert str(area) == "East"
        assert str(unit) == "旧路政所"  # no English name was given
    with translation.override("zh-hans"):
        assert str(area) == "东区"


def test_units_in_force(loaded):
    def codes(on):
        return set(Department.objects.in_force(on).values_list("code", flat=True))

    assert "roads-old" in codes(date(2019, 12, 31))
    assert "roads-old" not in codes(date(2020, 1, 1))
    assert codes(date(2009, 12, 31)) == set()
    assert Responsibility.objects.in_force(date(2018, 6, 1)).count() == 3
    assert Responsibility.objects.in_force(TODAY).count() == 2
