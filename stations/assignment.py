"""Which deputy goes to which station on a unified reception day. Pure: numbers in, numbers out.

A deputy goes to one station, one of those the deputy is attached to; without any, to one in the own area. First every
station gets one deputy, those with the least choice first and of its deputies the one with the least duties of late;
then the others go where the fewest are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence


def assign(
    stations: Sequence[int], choices: Mapping[int, Sequence[int]], load: Mapping[int, int]
) -> dict[int, list[int]]:
    """Return the deputies of each station.

    `choices`: for each free deputy the stations that come into question, the nearest first; `load`: how many duties
    a deputy had of late. The same input gives the same answer.
    """
    chosen: dict[int, list[int]] = {station: [] for station in stations}
    candidates: dict[int, list[int]] = defaultdict(list)
    for deputy, places in choices.items():
        for place in places:
            if place in chosen:
                candidates[place].append(deputy)
    placed: set[int] = set()
    for station in sorted(stations, key=lambda each: (len(candidates[each]), each)):
        free = [deputy for deputy in candidates[station] if deputy not in placed]
        if free:
            first = min(free, key=lambda each: (_options(choices[each], chosen), load.get(each, 0), each))
            chosen[station].append(first)
            placed.add(first)
    _spread(chosen, choices, load, placed)
    return chosen


def _options(places: Iterable[int], chosen: Mapping[int, list[int]]) -> int:
    """How many chosen stations without a deputy could still use this one."""
    return sum(1 for place in places if place in chosen and not chosen[place])


def _spread(
    chosen: dict[int, list[int]], choices: Mapping[int, Sequence[int]], load: Mapping[int, int], placed: set[int]
) -> None:
    rest = sorted((deputy for deputy in choices if deputy not in placed), key=lambda each: (load.get(each, 0), each))
    for deputy in rest:
        places = [place for place in choices[deputy] if place in chosen]
        if places:  # of equals the nearest: the order of `choices`
            chosen[min(places, key=lambda place: len(chosen[place]))].append(deputy)
