"""Days in words: this year's by their weekday, others by their year."""

from datetime import date

import pytest
from django.utils import translation

from common.design import day_words, timezone


@pytest.mark.parametrize(
    ("day", "language", "said"),
    [
        (date(2026, 12, 10), "en", "Thu 10 Dec"),
        (date(2025, 12, 10), "en", "10 Dec 2025"),
        (date(2027, 1, 23), "zh-hans", "2027年1月23日"),
        (date(2026, 1, 23), "zh-hans", "1月23日 星期五"),
    ],
)
def test_a_day_of_another_year_says_which(monkeypatch: pytest.MonkeyPatch, day: date, language: str, said: str) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 11, 26))
    with translation.override(language):
        assert day_words(day) == said
