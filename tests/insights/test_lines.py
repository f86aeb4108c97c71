"""A line of a table is put down as its template renders it, and links exactly what there is to list."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from urllib.parse import parse_qs

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from common.skeleton import put_down
from insights.lines import COUNTS, DIVIDED, Lines, headings
from insights.tables import Row
from petitions.figures import FIGURES

TEMPLATE = "insights/_line.html"
NARROWED = {"area": "RS", "submitted_after": "2026-03-01", "search": "灯 & <b>"}


def row(**counts: int) -> Row:
    return Row('东岸 <社区> & "more"', Counter(counts), NARROWED, "EB")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_shape_is_as_the_template_renders_it(language):
    seen = set()
    with override(language):
        for received, routed, open_, due, rated in product([0, 3], repeat=5):
            counts = {"received": received, "routed": routed, "open": open_, "contact_due": due, "rated": rated}
            for more in ({}, {"contacted": due // 2, "resolved": rated // 3, "satisfied": rated // 3}):
                line = Lines().line(row(**counts, **more))
                rendered = render_to_string(TEMPLATE, {"row": line, "worklist": "/desk/"})
                assert put_down(TEMPLATE, line, worklist="/desk/") == rendered
                seen.add(rendered)
        assert rendered.count("<td") == len(headings())
    assert len(seen) > 32
    assert not any("<b>" in each or "\x02" in each for each in seen)


def test_a_number_is_linked_where_there_is_something_to_list():
    line = Lines().line(row(received=9, overdue=1, contact_due=4, contacted=0, rated=0))
    html = put_down(TEMPLATE, line, worklist="/desk/")
    links = {name: int(number) for name, number in re.findall(r'figure=(\w+)">(\d+)<', html)}
    assert links == {"received": 9, "overdue": 1, "contacted": 0, "contact_due": 4}
    assert line.response.text == "0.0 %"
    assert line.resolution.text == line.score == "—"


def test_the_columns_are_those_of_the_line():
    line = Lines().line(row(received=1))
    names = [getattr(line, name).name for name in (*COUNTS, *DIVIDED)]
    assert names == re.findall(r'data-name="(\w+)"', put_down(TEMPLATE, line, worklist="/"))[:-1]


def test_the_query_of_a_count_has_every_condition_and_the_figure():
    one = row(received=1)
    assert set(one.links) == set(FIGURES)
    for name, query in one.links.items():
        wanted = {"tab": "all", **NARROWED, "figure": name}
        assert {key: value for key, (value,) in parse_qs(query).items()} == wanted
