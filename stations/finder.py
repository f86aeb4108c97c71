"""Finding a station by what somebody writes: its name, its address, or the place they live at."""

from __future__ import annotations

import re
from collections.abc import Sequence

from directory import queries
from directory.models import Area
from stations.models import Station

# What names of places end in, and people leave out.
ENDINGS = re.compile(r"(街道|社区|小区|居委会|村|sub-district|community)$", re.IGNORECASE)
SHORTEST = 2


def search(stations: Sequence[Station], words: str) -> list[Station]:
    """Return the stations that fit, the best first; all of them without words."""
    asked = _plain(words)
    if not asked:
        return list(stations)
    scored = [(_score(station, asked), station) for station in stations]
    return [station for score, station in sorted((each for each in scored if each[0]), key=lambda each: -each[0])]


def _score(station: Station, asked: str) -> int:
    """How well a station fits: its own name before its address, its community before its sub-district."""
    own = [_plain(text) for text in (station.name, station.name_en, station.code) if text]
    if any(asked in text for text in own):
        return 5
    if len(asked) >= SHORTEST and asked in _plain(f"{station.address}"):
        return 4
    community = queries.area_by_id(station.area_id)
    if community is None:
        return 0
    if _is_of(community, asked):
        return 3
    above = queries.area_by_id(community.parent_id) if community.parent_id else None
    return 1 if above is not None and _is_of(above, asked) else 0


def _is_of(area: Area, asked: str) -> bool:
    """Whether an address names this place, or what was asked is the beginning of its name."""
    names = [ENDINGS.sub("", _plain(name)) for name in (area.name, area.name_en) if name]
    return any(len(name) >= SHORTEST and (name in asked or name.startswith(asked)) for name in names)


def _plain(text: str) -> str:
    return re.sub(r"[\s,，。.、()（）]+", "", text).casefold()
