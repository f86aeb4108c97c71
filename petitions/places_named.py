"""Which places a text names: communities and sub-districts by their Chinese or English names. No SQL when warm."""

from __future__ import annotations

from typing import Final

from directory import queries
from directory.snapshot import AreaFacts

MOST: Final = 3
LEVELS: Final = ("community", "subdistrict")
SHORTEST: Final = 2  # a name of one character is in every text


def places_named(text: str) -> list[str]:
    """Return the codes of up to three places that `text` names, the closest fit first.

    A whole name before its stem (a text may name only the stem of a community's name), a community before the
    sub-district of the same name.
    """
    plain = text.casefold()
    found = []
    for code, area in queries.snapshot().areas.items():
        if area.level in LEVELS and (fit := _fit(area, plain)):
            found.append((-fit, LEVELS.index(area.level), code))
    return [code for _fit_size, _level, code in sorted(found)[:MOST]]


def _fit(area: AreaFacts, plain: str) -> int:
    """How many characters of a name the text has; 0 when it has none."""
    english = area.name_en.casefold()
    stem_en = english.rpartition(" ")[0]
    # The last two characters of an official name tell the level: what is left is how people say it.
    names = (area.name, area.name[:-2], english, stem_en)
    return max((len(name) for name in names if len(name) >= SHORTEST and name in plain), default=0)
