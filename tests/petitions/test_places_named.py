"""A place that the text names is offered at once: by its full name, by its stem, in English."""

from __future__ import annotations

import pytest

from directory import queries
from directory.models import Area
from petitions.places_named import places_named


@pytest.fixture(autouse=True)
def _areas(db):
    top = Area.objects.create(
        code="1", name="东湖街道", name_en="East Lake Subdistrict", level="subdistrict", path="1."
    )
    for code, name, english in (("11", "东湖社区", "East Lake Community"), ("12", "柳树社区", "Willow Community")):
        Area.objects.create(code=code, name=name, name_en=english, level="community", parent=top, path=f"1.{code}.")
    queries.invalidate()
    yield
    queries.invalidate()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("柳树社区门口积水", ["12"]),
        ("柳树那边的路灯坏了", ["12"]),
        ("东湖街道噪音很大", ["1", "11"]),
        ("东湖积水", ["11", "1"]),
        ("the lamp in Willow community is broken", ["12"]),
        ("路灯坏了", []),
        ("", []),
    ],
)
def test_the_closest_fit_comes_first(text, codes):
    assert places_named(text) == codes


def test_the_page_offers_it(client):
    page = client.post("/submit/suggest/", {"text": "柳树社区门口的路灯坏了好几天"}).text
    assert 'data-area="12"' in page
