"""What is learned: text, history, their pool, and the files they are kept in. All sentences are invented."""

import json
import random
import zipfile
from datetime import datetime, timedelta

import numpy as np
import pytest

from dispatch.router import Directory, rank
from dispatch.router.calibration import coverage_at, expected_calibration_error, fit_scaling, threshold_for
from dispatch.router.examples import Example
from dispatch.router.history import Case, Follower
from dispatch.router.learner import Learner, Replay
from dispatch.router.model import Closing, RouterModel, train
from dispatch.router.pool import Pool
from dispatch.router.storage import ModelCorrupt, ModelMissing, ModelOfOtherVersion, load
from dispatch.router.textmodel import CannotTrain, TextModel
from tests.router.town import AREAS, CATEGORIES, DEPARTMENTS, NOW, RULES, TOWN, matter

NOISE = ["夜里施工噪音太大", "楼下音响吵得睡不着", "工地半夜打桩很吵", "广场舞音响噪音扰民"]
LAMP = ["路灯坏了一片漆黑", "门口路灯不亮", "晚上没有路灯看不清", "路灯闪烁请维修"]


def closings(count=240, seed=0, unit_of=None, start=NOW - timedelta(days=60)):
    """Invented closings: noise goes to the community, lamps to the new bureau."""
    rng = random.Random(seed)
    made = []
    for i in range(count):
        noise = rng.random() < 0.5
        opened = start + timedelta(hours=6 * i)
        unit = "c11" if noise else "new"
        made.append(
            Closing(
                id=str(i),
                title=rng.choice(NOISE if noise else LAMP),
                text=rng.choice(NOISE if noise else LAMP) + "，请尽快处理。",
                category="env.noise" if noise else "road.lamp",
                area="C11",
                unit=unit_of(i, unit) if unit_of else unit,
                opened=opened,
                closed=opened + timedelta(hours=3),
                co_units=("epb",) if noise else (),
            )
        )
    return made


@pytest.fixture(scope="module")
def model():
    return train(closings(), TOWN, now=NOW)


@pytest.fixture(scope="module")
def text_model():
    titles = [c.title for c in closings(60)]
    labels = [c.category for c in closings(60)]
    return TextModel.fit(titles, titles, labels)


def test_text_gives_label_probabilities_and_words(text_model):
    label, p = text_model.predict("路灯又坏了", "巷子里路灯不亮")
    assert label == "road.lamp"
    assert p > 0.6
    assert text_model.probabilities("路灯", "").sum() == pytest.approx(1)
    assert "路灯" in text_model.words("路灯又坏了", "巷子里路灯不亮", "road.lamp")


def test_text_survives_anything(text_model):
    for strange in ("", " ", "\x00\ufffd", "🙂" * 50, "a" * 100_000):
        assert 0 <= text_model.predict(strange, strange)[1] <= 1


def test_a_message_held_back_looks_like_a_new_one(text_model):
    features = text_model.features
    rows = features.matrix(["路灯坏了", ""], ["夜里施工噪音太大", "路灯不亮，看不清"])
    known = np.ones(features.width, bool)
    assert np.allclose(features.without(rows, known).toarray(), rows.toarray())
    known[rows.indices[::2]] = False
    left = features.without(rows, known).toarray()
    assert not left[:, ~known].any()
    for block in features.blocks:
        sizes = np.linalg.norm(left[:, block.start : block.start + len(block.columns)], axis=1)
        assert all(size == 0 or size == pytest.approx(block.kind.weight, rel=1e-4) for size in sizes)
        assert sizes.any()


def test_one_label_cannot_be_learned():
    with pytest.raises(CannotTrain, match="at least two labels"):
        TextModel.fit(["甲"], ["乙"], ["same"])


def test_history_follows_a_unit_that_changes():
    follower = Follower.of(("c",), [Case({"c": "x"}), Case({"c": "y"})])
    for day in range(60):
        follower.learn(Case({"c": "x"}), "before" if day < 50 else "after", float(day))
    names = list(follower.units)
    p = follower.sources(Case({"c": "x"}), 60.0)
    assert names[int(p[3].argmax())] == "after"
    assert p.sum(axis=1) == pytest.approx(np.ones(4))


def test_history_grows_beyond_its_first_tables():
    follower = Follower.of(("c",), [])
    for i in range(300):
        follower.learn(Case({"c": str(i % 150)}), f"u{i % 70}", float(i))
    assert len(follower.units) == 70
    assert follower.sources(Case({"c": "7"}), 300.0).shape == (4, 70)


def test_nothing_is_known_before_it_closed():
    learner = Learner.fit(
        [Example(str(i), "", "", {"c": str(i % 2)}, f"u{i % 2}", float(i), float(i)) for i in range(50)],
        use_text=False,
        fields=["c"],
    )
    replay = Replay(learner)
    replay.meet(Example("late", "", "", {"c": "0"}, "brand-new", 100.0, 200.0))
    labels, _ = replay.meet(Example("asked", "", "", {"c": "0"}, "u0", 150.0, 150.0))
    assert "brand-new" not in labels
    labels, _ = replay.meet(Example("asked later", "", "", {"c": "0"}, "u0", 201.0, 201.0))
    assert "brand-new" in labels


def test_model_ranks_explains_and_proposes_co_units(model):
    ranking = rank(matter(title="工地施工噪音", text="半夜打桩很吵", area="C11"), TOWN, model)
    assert ranking.categories[0].code == "env.noise"
    first = ranking.departments[0]
    assert first.code == "c11"
    assert first.score > 0.8
    assert first.co_units == ("epb",)
    assert {"history", "rule"} <= {reason.code for reason in first.reasons}
    history = next(reason for reason in first.reasons if reason.code == "history")
    assert history.params["cases"] > 10
    assert sum(c.score for c in ranking.departments) <= 1 + 1e-6


def test_retired_unit_of_history_is_replaced_by_its_successor(model):
    departments = DEPARTMENTS | {
        "new": ("新城管局", "D", None, NOW.date(), "newest"),
        "newest": ("最新城管局", "D", NOW.date(), None),
    }
    town = Directory(AREAS, CATEGORIES, departments, RULES)
    ranking = rank(matter(category="road.lamp", area="C11"), town, model)
    assert ranking.departments[0].code == "newest"
    assert "new" not in {c.code for c in ranking.departments}


def test_unit_of_another_place_is_not_proposed(model):
    proposed = {c.code for c in rank(matter(category="env.noise", area="C21"), TOWN, model).departments}
    assert "c11" not in proposed


def test_accusation_is_held_with_a_model_too(model):
    asked = matter(title="举报村支书贪污", category="env.noise", area="C11")
    assert not rank(asked, TOWN, model).automatic(0.0)


def test_corrections_change_the_ranking():
    learned = train(closings(), TOWN, now=NOW)
    asked = matter(category="road.lamp", area="C11", at=NOW + timedelta(days=3))
    assert rank(asked, TOWN, learned).departments[0].code == "new"
    for i in range(30):
        at = NOW + timedelta(hours=i)
        learned.observe(Closing(f"n{i}", "", "", "road.lamp", "C11", "epb", at, at), TOWN)
    assert rank(asked, TOWN, learned).departments[0].code == "epb"


def test_like_cases_are_named():
    learned = train(closings(), TOWN, now=NOW)
    known = Closing("K1", "路灯坏了", "青山路口的路灯坏了三天，晚上漆黑一片。", "road.lamp", "C11", "old", NOW, NOW)
    learned.remember(known)
    asked = matter(title="路灯又坏了", text="青山路口的路灯坏了，漆黑一片。", category="road.lamp", area="C11")
    first = rank(asked, TOWN, learned).departments[0]
    similar = next(reason for reason in first.reasons if reason.code == "similar")
    assert similar.params["cases"] == ["K1"]  # handled by the unit that the first candidate succeeded


def test_few_closings_leave_the_list_in_charge():
    learned = train(closings(20), TOWN, now=NOW)
    asked = matter(category="env.noise", area="C12")
    assert rank(asked, TOWN, learned).departments == rank(asked, TOWN).departments


def test_saved_and_loaded_says_the_same(model, tmp_path):
    manifest = model.save(tmp_path / "m.model", {"figures": {"top1": 0.9}})
    again = RouterModel.load(tmp_path / "m.model")
    asked = matter(title="路灯坏了", text="晚上很黑", area="C11")
    assert rank(asked, TOWN, again) == rank(asked, TOWN, model)
    assert again.version == manifest["version"]
    assert manifest["closings"] == 240
    again.observe(closings(1)[0], TOWN)  # a loaded model still learns


def test_unusable_files_say_why(model, tmp_path):
    path = tmp_path / "m.model"
    with pytest.raises(ModelMissing):
        load(path)
    path.write_bytes(b"not a model")
    with pytest.raises(ModelCorrupt):
        RouterModel.load(path)
    model.save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ModelCorrupt):
        RouterModel.load(path)


def test_changed_content_and_other_versions_are_refused(model, tmp_path):
    path, changed = tmp_path / "m.model", tmp_path / "changed.model"
    model.save(path)
    for change, error in (("plain", ModelCorrupt), ("version", ModelOfOtherVersion)):
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
            for name in source.namelist():
                content = source.read(name)
                if name == "plain.json" and change == "plain":
                    content = content.replace(b"c11", b"c12")
                if name == "manifest.json" and change == "version":
                    content = json.dumps({**json.loads(content), "format_version": 99}).encode()
                target.writestr(name, content)
        with pytest.raises(error):
            RouterModel.load(changed)


def test_calibration_figures():
    confidence = np.array([0.95] * 100 + [0.55] * 100)
    right = np.array([True] * 95 + [False] * 5 + [True] * 55 + [False] * 45)
    assert expected_calibration_error(confidence, right) == pytest.approx(0, abs=1e-9)
    assert coverage_at(confidence, right, 0.95)[0] == pytest.approx(0.5)
    assert threshold_for(confidence, right, 0.95) > 1  # 95 of 100 does not prove 95 %
    assert threshold_for(confidence, np.ones(200, bool), 0.95) == pytest.approx(0.55)


def test_scaling_turns_margins_into_probabilities():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 3000)
    margins = rng.normal(size=(3000, 3))
    margins[np.arange(3000), truth] += 1.0
    p = fit_scaling(margins * 5, truth).probabilities(margins * 5)
    assert expected_calibration_error(p.max(axis=1), p.argmax(axis=1) == truth) < 0.03


def test_learning_is_deterministic():
    one, other = (train(closings(120), TOWN, now=NOW) for _ in range(2))
    asked = matter(title="路灯坏了", area="C11")
    assert rank(asked, TOWN, one) == rank(asked, TOWN, other)


def test_times_without_zone_are_chinas():
    assert closings(1)[0].opened.tzinfo is None
    assert datetime(2026, 1, 1) < NOW  # noqa: DTZ001


def test_a_handful_of_records_teaches_without_a_word():
    few = [Example(str(i), "", "", {"a": str(i % 2)}, "AB"[i % 2], float(i), float(i)) for i in range(6)]
    learner = Learner.fit(few, use_text=False, fields=("a",))
    labels, p = learner.predict(few[0])
    assert labels[int(p.argmax())] in "AB"


def test_texts_without_a_word_are_refused():
    with pytest.raises(CannotTrain, match="no word"):
        TextModel.fit(["", ""], ["", ""], ["A", "B"])


def test_the_threshold_follows_the_correction():
    pool = Pool.of(["one"])
    for number in range(1200):
        sure = 0.6 + 0.39 * ((number * 7) % 100) / 100
        pool.learn({"one": np.array([sure, 1 - sure])}, 0 if sure > 0.7 or number % 3 else 1)
        asked = pool.threshold(0.95)
        if number % 100 == 99 and asked <= 1:
            # What is at the threshold before the correction is at it afterwards: both are of the same moment.
            lowest = pool._lowest[1]
            assert asked == pool.corrected(np.array([lowest, 1 - lowest])).max()
