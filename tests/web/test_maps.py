"""Where tiles may come from, and what a map's data may do to a page."""

from __future__ import annotations

import json

import pytest
from django.template import Context, Template
from django.test import override_settings

from liaison import map_tiles

KEY = "0123456789abcdef0123456789abcdef"


def test_tianditu_needs_only_its_key_and_opens_the_policy_for_its_hosts_alone() -> None:
    tiles = map_tiles.parse(f"tianditu:{KEY}")
    assert tiles["attribution"] in ("© Tianditu", "© 天地图")
    assert all(f"tk={KEY}" in url and "{z}" in url and "{x}" in url and "{y}" in url for url in tiles["urls"])
    assert map_tiles.hosts(tiles) == [f"https://t{n}.tianditu.gov.cn" for n in range(8)]


def test_another_provider_is_given_as_json() -> None:
    given = {"urls": ["https://tiles.example.cn/{z}/{x}/{y}.png"], "attribution": "© Example"}
    assert map_tiles.hosts(map_tiles.parse(json.dumps(given))) == ["https://tiles.example.cn"]


@pytest.mark.parametrize(
    "raw",
    [
        "tianditu:no-key",
        "https://tiles.example.cn/{z}/{x}/{y}.png",
        '{"urls": [], "attribution": "x"}',
        '{"urls": ["http://plain.example.cn/{z}/{x}/{y}"], "attribution": "x"}',
        '{"urls": ["https://tiles.example.cn/{z}/{x}"], "attribution": "x"}',
        '{"urls": ["https://tiles.example.cn/{z}/{x}/{y}"]}',
        '{"urls": ["https://tiles.example.cn/{z}/{x}/{y}"], "attribution": "x", "key": "y"}',
        "[1]",
    ],
)
def test_what_is_none_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match=r"it |address|key"):
        map_tiles.parse(raw)


def test_without_a_provider_no_host_is_allowed() -> None:
    assert map_tiles.hosts(None) == []


def drawn(source: str, **context: object) -> str:
    return Template("{% load maps %}" + source).render(Context(context))


def test_a_title_cannot_end_the_script_that_carries_it() -> None:
    points = [{"latitude": 22, "longitude": 114, "title": "</script><b>", "href": "/stations/x/"}]
    page = drawn("{% map_points points 'Map' %}", points=points)
    assert "<b>" not in page
    assert "&lt;/script&gt;" in page
    assert '<a href="/stations/x/">' in page


def test_points_without_a_place_are_left_out_and_the_list_can_be() -> None:
    points = [
        {"latitude": None, "longitude": None, "title": "nowhere"},
        {"latitude": 1, "longitude": 2, "title": "here"},
    ]
    page = drawn("{% map_points points 'Map' listed=False %}", points=points)
    assert "nowhere" not in page
    assert "map-list" not in page


def test_the_map_of_areas_says_its_values_in_words() -> None:
    page = drawn("{% map_areas rows 'Map' %}", rows=[{"code": "440310001", "title": "坪山街道", "value": 12}])
    assert "坪山街道: 12" in page


@override_settings(MAP_TILES={"urls": ["https://t.example.cn/{z}/{x}/{y}"], "subdomains": "", "attribution": "© T"})
def test_tiles_reach_the_page() -> None:
    assert "https://t.example.cn/{z}/{x}/{y}" in drawn("{% map_pick 'Map' %}")
