"""Search in Chinese of any length, mixed with Latin letters and numbers; no sign means anything to the index."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from petitions import search
from petitions.models import Petition
from tests.factories import PetitionFactory

pytestmark = pytest.mark.django_db
TEXT = "深圳湾公园南门的LED路灯从11月3日起不亮，市民中心B区反映强烈，下水道也堵塞了。"


@pytest.fixture
def lamp(cast):
    PetitionFactory(area=cast.area["EB"], title="菜市场", text="菜市场夜间噪音扰民。")
    return PetitionFactory(area=cast.area["EB"], title="路灯不亮", text=TEXT)


@pytest.mark.parametrize(
    "words",
    [
        "灯", "亮", "了", "深", "路灯", "公园", "南门", "园南", "灯从", "湾公", "道也", "深圳湾", "下水道", "园南门",
        "路灯不亮", "市民中心", "深圳湾公园", "深圳湾公园南门", "公园南门的", "LED", "led", "ＬＥＤ", "led路灯", "11",
        "11月3日", "B区", "路灯 下水道", "下水道 led 深圳", "路灯，不亮！", "的LED", "  路灯  ",
    ],
)  # fmt: skip
def test_words_of_the_text_find_it(lamp, words):
    assert list(Petition.objects.matching(words)) == [lamp]


@pytest.mark.parametrize("words", ["路灯 噪音", "灯路", "幼儿园", "深圳北站", "ledx", "路灯 幼儿园", "福"])
def test_other_words_do_not(lamp, words):
    assert not Petition.objects.matching(words).exists()


@pytest.mark.parametrize(
    "words",
    [
        "路灯 & !下水道", "'路灯'", "路灯:*", "路灯 | 噪音", "(路灯", "路灯)", "\\路灯", "路灯<->不亮", "%路灯%",
        "路灯'; --",
        "''路灯", "路灯:A", "*", "!", "&", "|", "'", "\\", ":*", "()", "<->", "、。", "🙂", "\u200b", "_", "路灯\n不亮",
        "路灯 " * 60, "长" * 5000, "a" * 5000, "\U00020000", "ﬁ", "İ", "ß", "٣",
    ],
)  # fmt: skip
def test_signs_of_the_query_language_are_only_signs(lamp, words):
    list(Petition.objects.matching(words))


@pytest.mark.parametrize("words", ["!", "、。", "&|!", "🙂"])
def test_signs_without_a_word_find_nothing_rather_than_everything(lamp, words):
    assert not Petition.objects.matching(words).exists()


def test_nothing_to_look_for_is_no_condition(lamp):
    assert Petition.objects.matching("  ").count() == 2


def test_reference_and_address_are_found(walk):
    walk.submit(address="龙坪路318号华南大厦")
    reference = walk.petition.reference

    for words in (reference, reference.lower(), reference[:6], "龙坪路", "318号", "华南大厦", "318"):
        assert Petition.objects.matching(words).count() == 1, words


@pytest.mark.parametrize("words", ["led", "路灯", "不亮"])
def test_many_are_found_as_few_are(lamp, monkeypatch, words):
    PetitionFactory(area=lamp.area, title="LED", text="LED 路灯不亮。")
    few = set(Petition.objects.matching(words))
    monkeypatch.setattr("petitions.querysets.FEW", 1)
    assert set(Petition.objects.matching(words)) == few
    assert len(few) == 2
    assert list(Petition.objects.matching(f"{words} 下水道")) == [lamp]


def test_frequent_words_are_known_and_not_asked_for_first(lamp):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE petitions_petition")
    common = Petition.objects.common_words("search")
    assert "路灯" in common
    assert "鲸鱼" not in common
    for words, found, looks in (("路灯", [lamp], [True]), ("鲸鱼", [], [True, False])):
        with CaptureQueriesContext(connection) as asked:
            assert list(Petition.objects.matching(words)) == found
        assert ["@@" in query["sql"] for query in asked if "petitions_petition" in query["sql"]] == looks, words


@pytest.mark.parametrize(
    ("words", "selective"),
    [
        ("路灯", False),
        ("路灯不亮", False),
        ("路灯 鲸鱼", True),
        ("灯", False),
        ("路", False),
        ("鲸", True),
        ("l", False),
        ("amp", True),
        ("led", True),
        ("", False),
    ],
)
def test_one_rare_word_makes_a_search_selective(words, selective):
    assert search.is_selective(words, {"路灯", "灯不", "不亮", "lamp"}) == selective


def test_the_worklist_searches_within_what_is_visible(walk):
    walk.to("submitted")
    found = {
        who: len(walk.api(who).get("/api/v1/worklist/", {"search": "下水道 井"}).json()["results"])
        for who in ("officer", "far_officer")
    }

    assert found == {"officer": 0, "far_officer": 0}  # "井" does not occur
    assert len(walk.api("officer").get("/api/v1/worklist/", {"search": "下水道 校"}).json()["results"]) == 1
    assert walk.api("far_officer").get("/api/v1/worklist/", {"search": "下水道"}).json()["results"] == []


def test_what_a_text_is_about_is_in_its_words_not_in_halves_of_two():
    assert search.segmented("下水道堵塞了，LED 路灯12盏") == ["下水", "水道", "下水道", "堵塞", "led", "路灯", "12"]
    assert "道堵" in search.words("下水道堵塞了")
