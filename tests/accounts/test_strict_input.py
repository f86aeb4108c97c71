import pytest
from rest_framework import serializers

from accounts.strict import CleanCharField, StrictSerializer, clean_text


class Example(StrictSerializer):
    title = CleanCharField(max_length=10)
    text = CleanCharField(multiline=True, required=False, allow_blank=True)
    count = serializers.IntegerField(required=False)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [("  路灯 ", "路灯"), ("e\u0301", "é"), ("👨‍👩‍👧", "👨‍👩‍👧"), ("ＡＢＣ", "ＡＢＣ")],
)
def test_text_is_trimmed_and_normalised(raw, clean):
    assert clean_text(raw) == clean


@pytest.mark.parametrize("bad", ["a\x00b", "a\x07b", "a\x1bb", "a\x7fb", "a\x85b", "a\u202eb", "a\u2028b", "a\ud800b"])
@pytest.mark.parametrize("multiline", [True, False])
def test_broken_characters_are_refused(bad, multiline):
    with pytest.raises(ValueError, match=r".{4,}"):
        clean_text(bad, multiline=multiline)


def test_line_breaks_only_where_lines_are_expected():
    assert clean_text("a\r\nb\rc\td", multiline=True) == "a\nb\nc\td"
    with pytest.raises(ValueError, match=r".{4,}"):
        clean_text("a\nb")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"title": "x", "titel": "y"}, "titel"),
        ({"title": "x", "\x00": 1}, "?"),
        ({"title": 1}, "title"),
        ({"title": True}, "title"),
        ({"title": None}, "title"),
        ({"title": ["x"]}, "title"),
        ({"title": "x\x00"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"title": "x" * 11}, "title"),
        ({"title": "  "}, "title"),
        ([], "non_field_errors"),
        ("x", "non_field_errors"),
    ],
)
def test_serializers_name_the_field(data, field):
    serializer = Example(data=data)
    assert not serializer.is_valid()
    assert field in serializer.errors


def test_all_errors_are_told_at_once():
    serializer = Example(data={"title": 1, "count": "many", "colour": "red"})
    assert not serializer.is_valid()
    assert set(serializer.errors) == {"title", "count", "colour"}
