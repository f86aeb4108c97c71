import pytest

from accounts.crypto import blind_index, normalise_phone


@pytest.mark.parametrize(
    ("raw", "digits"),
    [
        ("13800138000", "13800138000"),
        (" 138 0013 8000 ", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("＋８６１３８００１３８０００", "13800138000"),
        ("0086-13800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("19912345678", "19912345678"),
        ("0755-28398888", "075528398888"),
        ("（0755）28398888", "075528398888"),
        ("0755 2839 8888", "075528398888"),
        ("+86 755 28398888", "075528398888"),
        ("+86 0755 28398888", "075528398888"),
        ("010-62345678", "01062345678"),
        ("+86 10 6234 5678", "01062345678"),
        ("021 6234 5678", "02162345678"),
        ("0898—6512345", "08986512345"),
    ],
)
def test_every_common_spelling_is_one_number(raw, digits):
    assert normalise_phone(raw) == digits


@pytest.mark.parametrize(
    "raw",
    [
        "", "   ", "110", "12345", "12800138000", "1380013800", "138001380000", "28398888", "4008123123",
        "0755-28398888-123", "+1 650 253 0000", "+852 2123 4567", "１３８００１３８００", "١٣٨٠٠١٣٨٠٠٠", "13800138000a",
        "138\x0000138000", "0755-12345678", "1" * 500, "phone", "13800138000;13900139000",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_a_sentence(raw):
    with pytest.raises(ValueError, match=r".{4,}"):
        normalise_phone(raw)


def test_index_depends_on_key_and_purpose_and_says_nothing(settings):
    index = blind_index("13800138000", purpose="phone")
    assert index == blind_index("13800138000", purpose="phone")
    assert len(index) == 64
    assert "13800138000" not in index
    assert index != blind_index("13800138000", purpose="other")
    settings.BLIND_INDEX_KEY = "another key, long enough to be one"
    assert index != blind_index("13800138000", purpose="phone")
