"""The list of deputies for programs takes the page's filters, and refuses what it does not know."""

import pytest
from rest_framework.test import APIClient

from deputies.models import Deputy, DeputyGroup

pytestmark = pytest.mark.django_db
LIST = "/api/v1/public/deputies/"


def found(**filters) -> set[str]:
    answer = APIClient().get(LIST, filters)
    assert answer.status_code == 200, answer.content
    return {row["code"] for row in answer.json()["results"]}


def test_by_level_group_and_station_alone_and_together(cast):
    area = cast.seat.area
    level = next(each for each in Deputy.level.field.choices if each[0] != cast.seat.level)[0]
    other = Deputy.objects.create(code="D9", name="韩雪", level=level, term=cast.seat.term, area=area)
    group = DeputyGroup.objects.create(code="env", name="环保小组", name_en="Environment", area=area)
    group.members.add(other)
    station = cast.seat.stations.get()
    assert found() == {"D1", "D9"}
    assert found(level=other.level) == {"D9"}
    assert found(group="env") == {"D9"}
    assert found(station=station.code) == {"D1"}
    assert found(group="env", station=station.code) == set()
    assert found(group="none") == found(station="none") == set()


@pytest.mark.parametrize(("name", "value"), [("level", "moon"), ("grup", "env"), ("group", "x" * 33)])
def test_what_is_wrong_is_named(cast, name, value):
    answer = APIClient().get(LIST, {name: value})
    assert answer.status_code == 400
    assert name in {error["field"] for error in answer.json()["errors"]}


def test_a_deputys_stations_come_nearest_first_by_page_and_api(cast, client):
    deputy, near, far = cast.seat, cast.station["east"], cast.station["tea"]
    type(deputy.area).objects.filter(pk=deputy.area_id).update(latitude=22.69, longitude=114.35)
    stations = type(near).objects
    stations.filter(pk=near.pk).update(code="zz-east", latitude=22.70, longitude=114.35)
    stations.filter(pk=far.pk).update(latitude=22.79, longitude=114.35)
    deputy.stations.add(far)
    answer = client.get(f"/api/v1/public/deputies/{deputy.code}/").json()
    assert answer["stations"] == ["zz-east", "tea"]
    page = client.get(f"/deputies/{deputy.code}/", headers={"accept-language": "en"}).content.decode()
    assert page.index("1.1 km") < page.index("11.1 km")
