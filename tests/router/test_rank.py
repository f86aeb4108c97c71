"""Ranking without a model: the responsibility list and the words."""

from datetime import datetime

import pytest

from dispatch.router import Directory, Rule, looks_like_accusation, rank
from tests.calls import calls_of
from tests.router.town import AREAS, CATEGORIES, DEPARTMENTS, RULES, TOWN, matter


def units(**asked):
    return [candidate.code for candidate in rank(matter(**asked), TOWN).departments]


def test_most_specific_line_wins_and_others_follow():
    ranking = rank(matter(category="env.noise", area="C11"), TOWN)
    assert [c.code for c in ranking.departments[:3]] == ["c11", "s1", "epb"]
    assert ranking.departments[0].reasons[0].params["rule"] == 3
    assert 0 < ranking.departments[0].score < 0.9


def test_deeper_category_before_deeper_area():
    assert units(category="env.noise", area="C12")[0] == "s1"
    assert units(category="env.noise", area="C21")[0] == "epb"


def test_weights_become_shares():
    first, second = rank(matter(category="env.noise", area="C11"), TOWN).departments[:2]
    assert first.score / second.score == pytest.approx(30 / (10 + 40 * 0.15 / 0.85 * 0.85), rel=0.2)


def test_validity_dates_are_half_open():
    assert units(category="env.water", area="C11")[0] == "water"
    assert units(category="env.water", area="C11", at=datetime(2025, 12, 31, 23))[0] == "epb"  # noqa: DTZ001
    assert units(category="env.water", area="C11", at=datetime(2026, 1, 1))[0] == "water"  # noqa: DTZ001


def test_retired_unit_is_never_proposed_its_successor_is():
    assert units(category="road", area="C11")[0] == "new"
    assert "gone" not in units(category="road.lamp", area="C11")
    assert "gone" not in rank(matter(category="env.noise", area="C12"), TOWN).departments[0].co_units


def test_co_units_come_with_the_line():
    assert rank(matter(category="env.noise", area="C12"), TOWN).departments[0].co_units == ("epb",)


def test_guess_from_words_title_weighs_more():
    ranking = rank(matter(title="工地夜间施工噪音", text="另外路灯不亮", area="C11"), TOWN)
    assert ranking.categories[0].code == "env.noise"
    assert "夜间施工" in ranking.categories[0].reasons[0].params["words"]
    assert ranking.departments[0].code == "c11"


def test_longest_keyword_wins():
    found = TOWN.keyword_index.find("施工噪音很大")
    assert found == {"施工噪音": 1}
    assert TOWN.keyword_index.find("施工噪音，噪音")["噪音"] == 1


def test_parent_word_alone_gives_the_parent():
    assert rank(matter(text="这里污染严重"), TOWN).categories[0].code == "env"


def test_one_weak_word_is_not_confident():
    weak = rank(matter(text="有污水"), TOWN)
    assert weak.categories[0].score <= 0.3
    assert not weak.automatic(0.5)


def test_scores_behave_like_probabilities():
    for asked in ({"category": "env.noise", "area": "C11"}, {"text": "污水噪音道路", "area": "C21"}, {}):
        ranking = rank(matter(**asked), TOWN)
        for listed in (ranking.categories, ranking.departments):
            assert all(0 <= c.score <= 1 for c in listed)
            assert sum(c.score for c in listed) <= 1 + 1e-9


def test_nothing_known_gives_nothing_or_a_default():
    assert rank(matter(), TOWN).departments == ()
    default = rank(matter(area="C21"), TOWN).departments[0]
    assert (default.code, default.reasons[0].code) == ("s2", "default")


def test_unknown_area_is_less_sure():
    somewhere = rank(matter(category="env.noise"), TOWN)
    assert {"c11", "s1"} <= {c.code for c in somewhere.departments}
    assert somewhere.departments[0].score < 0.5


def test_siblings_fill_up():
    reasons = {r.code for c in rank(matter(category="env.water", area="C11"), TOWN).departments for r in c.reasons}
    assert "sibling" in reasons


def test_unknown_category_is_held():
    assert rank(matter(category="nonsense"), TOWN).held[0].code == "unknown_category"


def test_restricted_category_is_held():
    assert rank(matter(category="disc"), TOWN).held[0].code == "restricted"


@pytest.mark.parametrize(
    ("title", "text", "held"),
    [
        ("举报村支书贪污低保款", "", True),
        ("反映问题", "某局长收受红包，以权谋私", True),
        ("我要举报街道干部不作为", "", True),
        ("楼下餐馆油烟扰民", "希望尽快处理", False),
        ("路灯不亮", "举报电话打不通，晚上看不见路", False),
    ],
)
def test_accusations_are_held(title, text, held):
    assert bool(looks_like_accusation(title, text)) is held
    assert bool(rank(matter(title=title, text=text), TOWN).held) is held


def test_kind_accusation_is_held():
    assert not rank(matter(category="env.noise", area="C11", kind="accusation"), TOWN).automatic(0.0)


def test_a_loop_in_master_data_does_not_hang():
    looped = Directory({"A": "B", "B": "A"}, {"x": ("y", "甲甲", (), False), "y": ("x", "乙乙", (), False)}, {}, [])
    assert rank(matter(category="x", area="A"), looped).departments == ()


def test_deterministic():
    asked = matter(title="噪音污水道路", text="路灯", area="C11")
    again = Directory(AREAS, CATEGORIES, DEPARTMENTS, list(reversed(RULES)))
    assert rank(asked, TOWN) == rank(asked, TOWN) == rank(asked, again)


def city(rules):
    categories = {
        f"k{i}": (f"k{i % 20}" if i >= 20 else None, f"类别{i:03d}", (f"词{i:03d}", f"关键{i:03d}语"), False)
        for i in range(400)
    }
    areas = {"D": None} | {f"a{i}": "D" for i in range(30)}
    departments = {f"u{i}": (f"单位{i}", "D", None, None) for i in range(100)}
    return Directory(
        areas, categories, departments, [Rule(i, f"k{i % 400}", f"a{i % 30}", f"u{i % 100}") for i in range(rules)]
    )


def test_a_longer_list_costs_a_ranking_nothing():
    asked = matter(title="关键399语", text="今天词021又坏了" * 40, area="a3")
    small, large = city(100), city(10_000)
    for town in (small, large):
        rank(asked, town)  # the first looks build what is kept
    assert calls_of(lambda: rank(asked, large)) <= calls_of(lambda: rank(asked, small)) * 1.1
