"""Words of a ballot paper, kept in both languages: the paper is stored, and read in the voter's own."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import override


def both(words: str | Promise, **values: Any) -> dict[str, str]:
    """Return {"label": Chinese, "label_en": English} of words from the catalogue.

    `values` fill the placeholders; a pair is (Chinese, English).
    """

    def in_language(language: str, place: int) -> str:
        with override(language):
            text = str(words)
        chosen = {name: value[place] if isinstance(value, tuple) else value for name, value in values.items()}
        return text % chosen if chosen else text

    return {"label": in_language("zh-hans", 0), "label_en": in_language("en", 1)}
