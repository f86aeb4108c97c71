"""The demo district that comes with the project loads, and is what it says."""

from pathlib import Path

import pytest
from django.conf import settings

from directory import queries
from directory.actions import load_directory
from directory.models import Area, Category, Department, PetitionKind, Responsibility, ServiceLevel, Urgency

pytestmark = pytest.mark.django_db
DEMO = Path(settings.BASE_DIR) / "directory" / "demo"


@pytest.fixture
def demo(db):
    return load_directory(folder=DEMO)


def test_the_counts(demo):
    levels = list(Area.objects.values_list("level", flat=True))
    assert {level: levels.count(level) for level in set(levels)} == {
        "city": 1,
        "district": 1,
        "subdistrict": 6,
        "community": 23,
    }
    assert Category.objects.filter(parent=None).count() == 18
    assert 50 <= Department.objects.count() <= 70
    assert Department.objects.filter(kind="workstation").count() == 23
    for kind in ("enforcement", "service_centre"):
        areas = Department.objects.filter(kind=kind).values_list("area__name", flat=True)
        assert set(areas) == set(Area.objects.filter(level="subdistrict").values_list("name", flat=True))
    assert ServiceLevel.objects.count() == len(PetitionKind) * len(Urgency)
    assert all(tally.updated == 0 for tally in demo.values())


def test_everything_has_an_english_name(demo):
    for model in (Area, Department, Category):
        assert not model.objects.filter(name_en="").exists()


def test_every_first_level_has_a_lead_somewhere_in_the_district(demo):
    district = Area.objects.get(code="440310")
    today = Responsibility.objects.order_by("-valid_from").first().valid_from
    for category in Category.objects.filter(parent=None):
        assert queries.responsible(category, district, today), category


def test_accusations_go_to_discipline_inspection_alone(demo):
    restricted = Category.objects.filter(restricted=True)
    assert restricted.exists()
    leads = Responsibility.objects.filter(category__in=restricted).values_list("lead__kind", flat=True)
    assert set(leads) == {"discipline"}


def test_words_that_residents_use(demo):
    assert Category.objects.exclude(keywords=[]).count() > 250
    assert "路灯不亮" in Category.objects.get(name="路灯").keywords


def test_a_place_in_the_district(demo):
    assert queries.place_area(22.752, 114.382).name == "坑梓社区"


def test_loading_again_changes_nothing(demo):
    assert all(tally.created == tally.updated == 0 for tally in load_directory(folder=DEMO).values())
