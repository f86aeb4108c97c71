"""Reads other apps may ask for."""

import time
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import ConsentText

FRESH_SECONDS = 60  # a new version is in use everywhere within a minute of being entered


@dataclass(frozen=True)
class Text:
    """One consent text in force."""

    kind: str
    version: str
    body_zh: str
    body_en: str
    in_force_from: datetime

    @property
    def body(self) -> str:
        """The text in the language of the reader."""
        return self.body_zh if (get_language() or "zh").startswith("zh") else self.body_en


@dataclass(frozen=True)
class ConsentTexts:
    """The texts in force, and the version that names them together: the newest among them."""

    version: str
    texts: dict[str, Text]


_cache: tuple[float, list[Text]] | None = None


def consent_texts(*, now: datetime | None = None) -> ConsentTexts:
    """Return the consent texts in force at `now`. No SQL while the copy in this process is younger than a minute."""
    global _cache
    if _cache is None or time.monotonic() - _cache[0] > FRESH_SECONDS:
        columns = ("kind", "version", "body_zh", "body_en", "in_force_from")
        rows = ConsentText.objects.order_by("in_force_from", "pk").values_list(*columns)
        _cache = (time.monotonic(), [Text(*row) for row in rows])
    at = now or timezone.now()
    in_force = [text for text in _cache[1] if text.in_force_from <= at]
    return ConsentTexts(version=in_force[-1].version if in_force else "", texts={text.kind: text for text in in_force})


def forget_consent_texts() -> None:
    """Drop this process's copy, after a text was entered."""
    global _cache
    _cache = None
