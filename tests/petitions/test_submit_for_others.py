"""Deputies and officers enter what they heard; nobody else may say so."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_deputy_raises_it_and_the_name_stands_on_it(walk, cast):
    assert walk.submit("deputy", channel="deputy").status_code == 201

    assert walk.petition.deputy == cast.seat
    assert walk.petition.entered_by == cast.deputy


def test_an_officer_s_petition_belongs_to_the_own_station(walk, cast):
    assert walk.submit("officer", channel="visit", area=None).status_code == 201

    assert walk.petition.station == cast.station["east"]
    assert walk.petition.area == cast.area["EB"]


@pytest.mark.parametrize("channel", ["deputy", "phone", "letter", "visit"])
def test_nobody_else_enters_for_others(walk, channel):
    response = walk.submit(channel=channel)

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "channel"
