"""The plain map: cells that fill the ground without gaps, lines only where sub-districts meet."""

from __future__ import annotations

import pytest
from django.test import Client

from directory.models import Area
from directory.outlines import Ring, Site, cells, outlines
from directory.snapshot import AreaFacts

SITES = tuple(Site(str(n), group, at) for n, (group, at) in enumerate(
    [("a", (0.0, 0.0)), ("a", (1.0, 0.1)), ("b", (0.2, 1.0)), ("b", (1.1, 1.2)), ("c", (2.0, 0.5)), ("c", (2.1, 1.4))]
))  # fmt: skip


def size(ring: Ring) -> float:
    """The ring's area by the shoelace formula."""
    corners = [corner for corner, _ in ring]
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    return sum(one[0] * two[1] - two[0] * one[1] for one, two in pairs) / 2


def holds(ring: Ring, point: tuple[float, float]) -> bool:
    """Whether a convex, counter-clockwise ring holds the point."""
    corners = [corner for corner, _ in ring]
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    return all((b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) >= 0 for a, b in pairs)


def area(code: str, level: str, parent: str | None, at: tuple[float, float] | None = None) -> AreaFacts:
    latitude, longitude = at or (None, None)
    return AreaFacts(code, f"名{code}", f"Name {code}", level, parent, latitude, longitude)


def test_cells_share_out_the_ground_and_each_holds_its_own_point_only() -> None:
    rings = cells(SITES)
    for number, ring in enumerate(rings):
        assert [other for other, site in enumerate(SITES) if holds(ring, site.at)] == [number]
    together = cells((SITES[0],))[0]
    assert size(together) > 0
    outside = [behind for ring in rings for _, behind in ring]
    assert None in outside
    assert sum(map(size, rings)) == pytest.approx(size(whole(rings)), rel=1e-9)


def whole(rings: tuple[Ring, ...]) -> Ring:
    """The line around all cells, put together from their outer sides."""
    sides = {}
    for ring in rings:
        for place, (start, behind) in enumerate(ring):
            if behind is None:
                sides[rounded(start)] = ring[(place + 1) % len(ring)][0]
    start = next(iter(sides))
    found: Ring = []
    while len(found) < len(sides):
        found.append((sides[start], None))
        start = rounded(sides[start])
    return found


def rounded(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 7), round(point[1], 7)


def test_lines_run_only_between_different_sub_districts() -> None:
    places = {"s": area("s", "subdistrict", None), "t": area("t", "subdistrict", None)}
    for code, parent, at in (("1", "s", (22.0, 114.0)), ("2", "s", (22.0, 114.1)), ("3", "t", (22.1, 114.0))):
        places[code] = area(code, "community", parent, at)
    drawn = outlines(places)["features"]
    grounds = [each for each in drawn if "code" in each["properties"]]
    assert [each["properties"]["group_name_en"] for each in grounds] == ["Name s", "Name s", "Name t"]
    inner, outer = (each["geometry"]["coordinates"] for each in drawn if "line" in each["properties"])
    assert {len(side) for side in inner + outer} == {2}
    # Between 1 and 2 (the same sub-district) runs no line: nothing inner lies south of both.
    assert inner
    assert all(latitude > 22.03 for side in inner for _, latitude in side)


def test_nothing_placed_draws_nothing_and_one_point_is_a_round_ground() -> None:
    assert outlines({"1": area("1", "community", None)})["features"] == []
    drawn = outlines({"1": area("1", "community", None, (22.0, 114.0))})["features"]
    assert len(drawn[0]["geometry"]["coordinates"][0]) == 17


def test_two_communities_at_one_place_do_not_break_the_map() -> None:
    twice = {code: area(code, "community", None, (22.0, 114.0)) for code in "12"}
    assert len(outlines(twice)["features"]) == 4


@pytest.mark.django_db
def test_anybody_gets_the_outlines_and_a_cache_may_keep_them(client: Client) -> None:
    top = Area.objects.create(code="4403", name="市", level="subdistrict", path="4403.")
    Area.objects.create(
        code="440301", name="里", level="community", parent=top, path="4403.440301.", latitude=22.5, longitude=114.0
    )
    answer = client.get("/map/outlines.json")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/geo+json"
    assert "max-age=600" in answer["Cache-Control"]
    assert answer.json()["features"][0]["properties"]["name"] == "里"
