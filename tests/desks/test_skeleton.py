"""A row put down from its skeleton is, letter for letter, the row that the template renders."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import override

from common.skeleton import put_down
from desks.orderrows import OrderRow
from desks.oversightrows import LedgerRow, MatterRow, OverdueRow
from desks.rows import First, Row

FIRST = First(
    code="water",
    label="水务局 <排水>",
    share="93 %",
    helpers="街道办 & 社区",
    why='words: "drain" & more',
    to="/desk/petitions/A2A2A2A2A2/assign-first/",
)
FULL = Row(
    reference="A2A2A2A2A2",
    spoken="A2A2A-2A2A2",
    version=71,
    title='<script>alert("1")</script> & 下水道 {{ x }} {% y %} \\1',
    to="/desk/petitions/A2A2A2A2A2/",
    choose="Choose A2A2A-2A2A2",
    chips=mark_safe('<span class="chip">急</span>'),
    came_at="2026-03-02T09:30:00+08:00",
    came="2 March",
    channel="Web",
    category="Drains & sewers",
    area="东岸 <社区>",
    state=mark_safe('<span class="chip">new</span>'),
    due=mark_safe('<span class="due">no limit</span>'),
    unit="水务局",
    first=FIRST,
    open=True,
    done="Done <b>",
    problem="Problem 'quoted'",
)
EMPTY: dict[str, Any] = {
    "chips": mark_safe(""),
    "category": "",
    "unit": "",
    "first": None,
    "open": False,
    "done": "",
    "problem": "",
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_shape_is_as_the_template_renders_it(language: str) -> None:
    context = {"here": "/desk/?tab=all&search=<x>", "csrf_token": "t0ken"}
    seen = set()
    with override(language):
        for empty in product([False, True], repeat=len(EMPTY)):
            missing = {name: value for (name, value), gone in zip(EMPTY.items(), empty, strict=True) if gone}
            for row in (replace(FULL, **missing), replace(FULL, **missing, title="Another", area="Elsewhere")):
                rendered = render_to_string("desks/_row.html", {"row": row, **context})
                assert put_down("desks/_row.html", row, **context) == rendered
                seen.add(rendered)
    assert len(seen) > 32
    assert not any("<script>" in each or "\x02" in each for each in seen)


def test_an_order_in_its_shapes_is_as_the_template_renders_it() -> None:
    full = OrderRow(
        number=12,
        version=7,
        title="<b>灯</b>",
        reference="A2A2A2A2A2",
        handler="王 & 李",
        to="/desk/petitions/A2A2A2A2A2/",
        chips=mark_safe("<i>急</i>"),
        facts="East Bank · lead",
        state=mark_safe("<i>assigned</i>"),
        dues=mark_safe("<i>due</i>"),
        sign="/desk/orders/12/sign/",
        contact="/desk/orders/12/contact/",
        answer="/x?a=1&b=2",
        heads=True,
        after=False,
        rest="waits & waits",
        said=mark_safe(""),
        said_process="",
        said_comment="",
    )
    judged = {
        "after": True,
        "said": mark_safe("<i>satisfied</i>"),
        "said_process": "satisfied",
        "said_comment": "<谢谢>",
    }
    context = {"here": "/desk/unit/?tab=sign", "csrf_token": "t0ken"}
    for change in (
        {},
        {"rest": ""},
        {"sign": ""},
        {"contact": "", "heads": False},
        {"answer": "", "chips": mark_safe("")},
        {"after": True},
        judged,
        {**judged, "said_comment": ""},
    ):
        row = replace(full, **change)
        rendered = render_to_string("desks/_order_row.html", {"row": row, **context})
        assert put_down("desks/_order_row.html", row, **context) == rendered


@pytest.mark.parametrize(
    ("template", "row", "changes"),
    [
        (
            "desks/_overdue_row.html",
            OverdueRow(7, "Choose <x>", "/m/", "<b>灯</b>", "A2A2A-2A2A2", "水务局", mark_safe("<i>late</i>"), 0, ""),
            [{}, {"chosen": "chosen"}, {"urged": 3}],
        ),
        (
            "desks/_ledger_row.html",
            LedgerRow(
                "/m/", "<b>灯</b>", "<why>", "水务 & 局", "Since", "2 March 2026", "Next", mark_safe("<i>due</i>")
            ),
            [{}, {"reason": ""}, {"since": "", "next": mark_safe("")}],
        ),
        (
            "desks/_matter_line.html",
            MatterRow("/m/", "<b>灯</b>", mark_safe("<i>rework</i>"), "水务 & 局", mark_safe("<i>due</i>")),
            [{}, {"unit": ""}],
        ),
    ],
)
def test_a_row_of_supervision_is_as_the_template_renders_it(template: str, row: Any, changes: list[Any]) -> None:
    for change in changes:
        changed = replace(row, **change)
        assert put_down(template, changed) == render_to_string(template, {"row": changed})
    assert "&lt;b&gt;" in put_down(template, row)
