"""Near-duplicates, topics, reply hints and files. All sentences are invented."""

import random

import pytest

from dispatch.router.duplicates import DuplicateIndex, Message, pairs
from dispatch.router.replycheck import reply_hints
from dispatch.router.tables import BadTable, parse_day, read_examples
from dispatch.router.topics import Post, TopicIndex
from tests.calls import calls_of

LONG = (
    "我们小区北门外的工地每天夜里十二点以后还在浇筑混凝土，噪音很大，"
    "老人和孩子都睡不好，已经打过多次电话没有结果，请有关部门管一管。"
)


def test_same_text_again_is_found_and_best_first():
    index = DuplicateIndex()
    index.add(Message("1", "夜间施工噪音", LONG))
    index.add(Message("2", "夜间施工噪音", LONG.replace("混凝土", "水泥").replace("老人和孩子都", "全家都")))
    index.add(Message("3", "路灯不亮", "幸福路的路灯已经坏了一个星期，晚上走路很危险。"))
    found = index.find(Message("new", "夜间施工噪音", LONG))
    assert [match.id for match in found] == ["1", "2"]
    assert found[0].score == pytest.approx(1)


def test_place_takes_and_person_adds_evidence():
    index = DuplicateIndex()
    index.add(Message("1", "施工噪音", LONG, area="A", person="p"))
    alike = LONG.replace("混凝土", "水泥")
    here = index.find(Message("n", "施工噪音", alike, area="A"))[0].score
    elsewhere = index.find(Message("n", "施工噪音", alike, area="B"))[0].score
    same_person = index.find(Message("n", "施工噪音", alike, area="A", person="p"))[0]
    assert elsewhere < here < same_person.score
    assert same_person.same_person


def test_masked_numbers_do_not_make_strangers_alike():
    index = DuplicateIndex()
    index.add(Message("1", "欠薪", "老板欠工资，电话" + "*" * 60))
    assert index.find(Message("2", "寻人", "寻找战友，联系方式" + "*" * 60), least=0.3) == []


def test_removed_messages_are_not_found_and_replacing_works():
    index = DuplicateIndex()
    index.add(Message("1", "施工噪音", LONG))
    index.add(Message("1", "施工噪音", LONG))
    assert len(index) == 1
    index.remove("1")
    index.remove("unknown")
    assert index.find(Message("2", "施工噪音", LONG)) == []


def test_empty_messages_match_nothing():
    index = DuplicateIndex()
    index.add(Message("1", "", ""))
    assert index.find(Message("2", "", "")) == []


def filled(messages):
    rng = random.Random(0)
    letters = [chr(0x4E00 + i) for i in range(3000)]
    index = DuplicateIndex()
    index.add(Message("old", "施工噪音", LONG))
    for i in range(messages):
        index.add(Message(str(i), "", "".join(rng.choices(letters, k=60))))
    return index


def test_found_across_settled_segments_and_more_messages_cost_a_search_nothing():
    few, many = filled(4200), filled(8400)
    asked = Message("new", "施工噪音", LONG)
    for index in (few, many):
        assert index.find(asked)[0].id == "old"
        assert len(index.segments) <= 3
    assert calls_of(lambda: many.find(asked)) <= calls_of(lambda: few.find(asked)) * 1.1


def test_pairs_are_found_once():
    found = pairs([Message("a", "", LONG), Message("b", "", LONG), Message("c", "", "别的事情，想问公交何时开通")])
    assert [(one, other) for one, other, _ in found] == [("b", "a")]


def posts():
    station = [
        "丽水新村旁边建搅拌站粉尘大",
        "丽水新村附近搅拌站噪音扰民",
        "投诉丽水新村搅拌站污染",
        "丽水新村搅拌站何时搬走",
    ]
    lamps = ["青山路路灯不亮没人修", "青山路的路灯不亮请维修", "青山路路灯整条不亮"]
    other = ["咨询社保转移手续", "公园晨练太早", "幼儿园学费太贵", "宽带经常断网", "医院挂号难"]
    made = [Post(f"s{i}", t, t, float(i), person=f"p{i}", likes=3) for i, t in enumerate(station)]
    made += [
        Post(f"l{i}", t, "青山路的路灯不亮，晚上很黑，请派人维修。", 5.0 + i, person=f"q{i}")
        for i, t in enumerate(lamps)
    ]
    return made + [Post(f"o{i}", t, t, float(i), person=f"r{i}") for i, t in enumerate(other)]


def test_topics_are_matters_hottest_first():
    index = TopicIndex()
    for post in posts():
        index.add(post)
    hottest = index.hottest(now=10.0, days=30)
    assert set(hottest[0].ids) == {"s0", "s1", "s2", "s3"}
    assert hottest[0].people == 4
    assert hottest[0].likes == 12
    assert "搅拌站" in hottest[0].title
    assert set(hottest[1].ids) == {"l0", "l1", "l2"}


def test_order_of_arrival_does_not_matter():
    grouped = []
    for seed in range(3):
        index = TopicIndex()
        index.learn_words(posts())
        for post in random.Random(seed).sample(posts(), len(posts())):
            index.add(post)
        grouped.append({frozenset(ids) for ids in index.groups().values()})
    assert grouped[0] == grouped[1] == grouped[2]


def test_same_words_about_different_places_are_two_matters():
    index = TopicIndex()
    for i, place in enumerate(["丽水", "丽水", "丽水", "金山", "金山", "金山"]):
        index.add(
            Post(str(i), f"{place}花园楼下烧烤油烟扰民", "楼下烧烤店油烟直排，没有烟道，请处理。", 1.0, person=str(i))
        )
    assert {frozenset(ids) for ids in index.groups().values()} == {frozenset("012"), frozenset("345")}


def test_window_growth_and_forgetting():
    index = TopicIndex()
    for post in posts():
        index.add(post)
    assert index.hottest(now=200.0, days=7) == []
    assert index.hottest(now=4.0, days=4.5)[0].growing_fast(least=4)
    assert index.forget_before(5.0) == 9
    assert {id for topic in index.hottest(now=10.0, days=30) for id in topic.ids} == {"l0", "l1", "l2"}


def codes(question, reply, others=()):
    return {hint.code for hint in reply_hints(question, reply, others)}


def test_a_good_reply_has_no_hints():
    question = "幸福路的路灯坏了一个星期，什么时候能修好？"
    reply = (
        "您好，您反映的幸福路路灯问题，我局已于5月8日现场核实，系电缆老化所致。我局已安排施工队更换电缆，"
        "预计5月20日前恢复照明。如有疑问请联系市政科，电话：0755-12345678。"
    )
    assert codes(question, reply) == set()


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("您好，您的留言已收悉，感谢您的支持。", "short"),
        (
            "您好，关于宽带资费的说明请关注官方网站上的公告和新闻栏目，我们一直重视市民的意见。",
            "unanswered",
        ),
        ("幸福路路灯由本单位养护，本单位一贯高度重视，感谢您对路灯工作的关心和理解以及支持。", "no_action"),
        (
            "幸福路路灯的情况属实，下一步我局将积极推进路灯维修，尽快恢复照明，给市民满意的环境。",
            "no_date",
        ),
        (
            "经核实，幸福路属于小区内部道路，路灯维修不符合安排条件，我局不予受理，敬请谅解和支持。",
            "no_legal_basis",
        ),
        ("幸福路路灯已修复。", "no_contact"),
    ],
)
def test_what_a_reply_leaves_open(reply, code):
    assert code in codes("幸福路的路灯坏了，什么时候能修好？", reply)


def test_copied_reply_is_noticed():
    reply = "经查，该路段属于规划道路，我局已将其列入年度计划，将于年底前完成招标并开工建设，届时恢复通行，请关注公告。"
    hints = reply_hints("路什么时候修？", reply, [("7", reply.replace("年底", "月底")), ("8", "完全不同的答复。")])
    copied = next(hint for hint in hints if hint.code == "copied")
    assert copied.params["from"] == "7"


def test_files_are_read_and_bad_ones_explained(tmp_path):
    good = tmp_path / "good.csv"
    good.write_bytes("标题,正文,单位\n灯,坏了,甲\n".encode("gb18030"))
    assert read_examples(good, text=["标题", "正文"], label="单位")[0].title == "灯"
    with pytest.raises(BadTable, match=r"good.csv, line 1, column 部门: there is no such column"):
        read_examples(good, text=["标题"], label="部门")
    bad = tmp_path / "bad.csv"
    bad.write_text("text,label,at\na,,2020-01-01\nb,x,yesterday\n", encoding="utf-8")
    with pytest.raises(BadTable) as told:
        read_examples(bad, text=["text"], label="label", time="at")
    assert "line 2, column label: the label is empty" in str(told.value)
    assert "line 3, column at: 'yesterday' is not a date" in str(told.value)
    short = tmp_path / "short.csv"
    short.write_text("text,label\nonly\n", encoding="utf-8")
    with pytest.raises(BadTable, match="line 2: the record has not as many values"):
        read_examples(short, text=["text"], label="label")
    with pytest.raises(BadTable, match="cannot be read"):
        read_examples(tmp_path / "none.csv", text=["text"], label="label")


@pytest.mark.parametrize(
    "value",
    [
        "2019/2/28 11:25:05", "2019-02-28 11:25:05", "2019-02-28T11:25:05", "2019年2月28日", "2019.02.28 11:25",
        "2019-2-28 8:05", "20190228112505", "2019年2月28日 11:25",
    ],
)  # fmt: skip
def test_times_as_hotlines_write_them(value):
    assert parse_day(value) is not None
    assert parse_day("soon") is None


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ";"), ("utf-8-sig", "\t"), ("utf-16", ","), ("utf-16", "\t")]
)
def test_tables_as_spreadsheets_write_them(tmp_path, encoding, delimiter):
    file = tmp_path / "table.csv"
    lines = [delimiter.join(row) for row in (["title", "text", "unit"], ["灯", "坏了，请修", "甲"])]
    file.write_bytes("\r\n".join(lines).encode(encoding) if delimiter != "," else _quoted(encoding))
    (found,) = read_examples(file, text=["title", "text"], label="unit")
    assert (found.title, found.text, found.label) == ("灯", "坏了，请修", "甲")


def _quoted(encoding):
    return 'title,text,unit\n灯,"坏了，请修",甲\n'.encode(encoding)
