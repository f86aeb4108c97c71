"""The options of a select: in groups or not, escaped, and at most one chosen."""

from __future__ import annotations

import pytest

from desks.options import Options


def test_options_with_and_without_groups_in_their_order() -> None:
    made = Options([("a", "One"), ("More", [("b", "Two"), ("c", "Three")]), ("d", "Four")])
    assert made.html("c") == (
        '<option value="a">One</option>'
        '<optgroup label="More"><option value="b">Two</option><option selected value="c">Three</option></optgroup>'
        '<option value="d">Four</option>'
    )


@pytest.mark.parametrize("chosen", ["", "nobody", None, 'a"'])
def test_nothing_is_chosen_that_is_not_there(chosen: object) -> None:
    made = Options([("a", "One"), ("b", "Two")])
    assert "selected" not in made.html(chosen)
    assert made.html("b").count("selected") == 1


def test_what_they_say_is_escaped() -> None:
    made = Options([('<"x">', "Drains & <sewers>"), ("<g>", [("&", "'")])])
    for chosen in ("", '<"x">', "&"):
        html = made.html(chosen)
        assert "&lt;&quot;x&quot;&gt;" in html
        assert "Drains &amp; &lt;sewers&gt;" in html
        assert "&lt;g&gt;" in html
        assert "<sewers>" not in html
        assert "<g>" not in html
        assert html.count("selected") == int(bool(chosen))


def test_an_empty_group_leaves_nothing() -> None:
    assert Options([("Nothing", []), ("a", "One")]).html() == '<option value="a">One</option>'
