#!/usr/bin/env python
"""Make the demo district's master data: `python scripts/derive_demo_directory.py EVENTS.csv [--into FOLDER]`.

EVENTS.csv is Pingshan's case file (columns category_1..3, subdistrict, community, handling_unit, in time order).
Only names and counts are taken from it, never a sentence. English names, residents' words, approximate positions
and unit codes are ours and stand in `scripts/demo_directory/`.

The responsibility list is counted from the first part of the file only (`--first`, default 0.7): the rest is what
`replay_events` judges the router by, and nothing of it may be known beforehand.

`service_levels.csv` and `calendar.csv` in the demo folder are written by hand and left alone.
"""

from __future__ import annotations

import argparse
import csv
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent / "demo_directory"
DEMO = HERE.parent.parent / "directory" / "demo"
DISTRICT = "440310"
VALID_FROM = "2018-01-01"
UNITS_FROM = "2017-01-01"  # the district in its present form
# Categories of accusations against officials: a route of their own (信访工作条例 2022), led by discipline inspection.
RESTRICTED = {("党纪政纪",), ("治安维稳", "警务督察"), ("党建群团", "党的建设", "作风建设")}
ACCUSATIONS_TO = "discipline"

Names = tuple[str, ...]  # a category by its names, from the first level down


def plain(name: str) -> str:
    """Return the name without spaces and loose punctuation, brackets made ordinary."""
    return "".join(unicodedata.normalize("NFKC", name).split()).strip("、,，。-")


@dataclass(frozen=True)
class Event:
    """What is counted of one case: its category, its community and the unit's code."""

    category: Names
    community: str
    unit: str | None


# --- Reading --------------------------------------------------------------------------------------------------


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_words(path: Path) -> dict[str, tuple[str, list[str]]]:
    """Return {Chinese category name: (English name, residents' words)}, in the file's order."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, english, words = (part.strip() for part in line.split("="))
            found[plain(name)] = (english, [word for word in words.split("|") if word])
    return found


def read_events(path: Path, areas: Sequence[Mapping[str, str]], units: Mapping[str, str]) -> list[Event]:
    communities = {row["name"]: row["code"] for row in areas if row["level"] == "community"}
    return [
        Event(
            tuple(name for level in "123" if (name := clean(row[f"category_{level}"]))),
            communities.get(row["community"], DISTRICT),
            units.get(plain(row["handling_unit"])),
        )
        for row in read_csv(path)
    ]


def clean(name: str) -> str:
    return name.strip().strip("、,，。-")


# --- Areas, units, categories ---------------------------------------------------------------------------------


def all_units(areas: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the named units and one workstation a community, which goes by the community's own name as well."""
    streets = {row["code"]: row["name"] for row in areas}
    stations = []
    for row in areas:
        if row["level"] == "community":
            bare, street = row["name"], streets[row["parent"]]
            spellings = (bare, f"{bare}（{street}办事处）", f"{bare}工作站（{street}办事处）")
            stations.append(
                {
                    "code": f"station-{row['code'][6:]}",
                    "name": f"{bare}工作站",
                    "name_en": f"{row['name_en']} Workstation",
                    "area": row["code"],
                    "kind": "workstation",
                    "aliases": "|".join(spellings),
                }
            )
    return read_csv(HERE / "units.csv") + stations


def spellings(units: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return {plain name or alias: code}."""
    return {plain(name): unit["code"] for unit in units for name in (unit["name"], *unit["aliases"].split("|")) if name}


def number_categories(events: Iterable[Event], words: Mapping[str, object]) -> dict[Names, str]:
    """Return {names: code}, numbered level by level in the order of the list of words, so that codes stay."""
    order = {name: position for position, name in enumerate(words)}
    nodes = {event.category[:depth] for event in events for depth in range(1, len(event.category) + 1)}
    if unknown := sorted({name for names in nodes for name in names if plain(name) not in order}):
        sys.exit(f"No English name in categories.txt: {' '.join(unknown)}")
    codes: dict[Names, str] = {}
    children: Counter[Names] = Counter()
    for names in sorted(nodes, key=lambda names: (len(names), [order[plain(name)] for name in names])):
        above = names[:-1]
        children[above] += 1
        codes[names] = f"{codes.get(above, 'C')}{children[above]:02d}"
    return codes


def category_rows(codes: Mapping[Names, str], words: Mapping[str, tuple[str, list[str]]]) -> Iterator[dict[str, str]]:
    deepest = {names[-1]: len(names) for names in sorted(codes, key=len)}
    for names, code in sorted(codes.items(), key=lambda item: item[1]):
        english, spoken = words[plain(names[-1])]
        yield {
            "code": code,
            "name": names[-1],
            "name_en": english,
            "parent": codes.get(names[:-1], ""),
            # A parent that is called like its child leaves the words to the child.
            "keywords": "|".join(spoken) if deepest[names[-1]] == len(names) else "",
            "restricted": "yes" if is_restricted(names) else "no",
        }


def is_restricted(names: Names) -> bool:
    return any(names[: len(each)] == each for each in RESTRICTED)


# --- The responsibility list ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Policy:
    """When counts make a line: so many cases, and such a share of those of the same category and area."""

    fewest: int = 2
    share: float = 0.15
    most_leads: int = 3


def rules(events: Sequence[Event], parents: Mapping[str, str], policy: Policy) -> dict[tuple[Names, str], Counter[str]]:
    """Return the leading units and their counts by (category, area), each level of both trees counted."""
    counts: dict[tuple[Names, str], Counter[str]] = defaultdict(Counter)
    for event in events:
        if event.unit and not is_restricted(event.category):
            for depth in range(1, len(event.category) + 1):
                for area in upwards(event.community, parents):
                    counts[event.category[:depth], area][event.unit] += 1
    return {key: leads for key, units in counts.items() if (leads := leading(key, units, policy))}


def upwards(area: str, parents: Mapping[str, str]) -> Iterator[str]:
    """The community, its sub-district, the district; not the city."""
    while area:
        yield area
        area = parents[area] if area != DISTRICT else ""


def leading(key: tuple[Names, str], units: Counter[str], policy: Policy) -> Counter[str]:
    total = sum(units.values())
    ranked = sorted(units.items(), key=lambda item: (-item[1], item[0]))[: policy.most_leads]
    if len(key[0]) == 1 and key[1] == DISTRICT:
        return Counter(dict(ranked[:1]))  # the last resort: every first level has a unit
    return Counter({unit: n for unit, n in ranked if n >= policy.fewest and n / total >= policy.share})


def without_echoes(
    lines: Mapping[tuple[Names, str], Counter[str]], parents: Mapping[str, str]
) -> dict[tuple[Names, str], Counter[str]]:
    """Leave out a line that only repeats the one asked next: the same category in the next wider area with a line."""
    kept = {}
    for (names, area), units in lines.items():
        wider = ((names, each) for each in list(upwards(area, parents))[1:])
        following = next((lines[key] for key in wider if key in lines), Counter())
        if not (len(units) == 1 and list(units) == list(following)):
            kept[names, area] = units
    return kept


def rule_rows(
    lines: Mapping[tuple[Names, str], Counter[str]], codes: Mapping[Names, str], kinds: Mapping[str, str]
) -> Iterator[dict[str, str | int]]:
    for (names, area), units in sorted(lines.items(), key=lambda item: (codes[item[0][0]], item[0][1])):
        for unit, count in units.most_common():
            yield line(codes[names], area, unit, helpers(unit, units, kinds), count)
    for names in sorted(RESTRICTED):
        yield line(codes[names], DISTRICT, ACCUSATIONS_TO, [], 1)


def helpers(lead: str, units: Counter[str], kinds: Mapping[str, str]) -> list[str]:
    """A strong second of another kind helps the strongest: the bureau and the team on the spot, for one."""
    (first, count), *others = units.most_common()
    if lead != first or not others:
        return []
    second, its = others[0]
    return [second] if kinds[second] != kinds[first] and its * 2 >= count else []


def line(category: str, area: str, lead: str, co_units: Sequence[str], weight: int) -> dict[str, str | int]:
    return {
        "category": category,
        "area": area,
        "lead": lead,
        "co_units": "|".join(co_units),
        "valid_from": VALID_FROM,
        "priority": 0,
        "weight": weight,
    }


# --- Writing --------------------------------------------------------------------------------------------------


def write(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    held = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(held[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(held)
    print(f"{path}: {len(held)} rows")


def derive(path: Path, into: Path, first: float, policy: Policy) -> None:
    """Write areas.csv, departments.csv, categories.csv and responsibilities.csv."""
    areas, words = read_csv(HERE / "places.csv"), read_words(HERE / "categories.txt")
    units = all_units(areas)
    events = read_events(path, areas, spellings(units))
    codes = number_categories(events, words)
    parents = {row["code"]: row["parent"] for row in areas}
    seen = events[: round(len(events) * first)]
    lines = without_echoes(rules(seen, parents, policy), parents)
    into.mkdir(parents=True, exist_ok=True)
    write(into / "areas.csv", ({**row, "position_is_approximate": "yes"} for row in areas))
    write(into / "departments.csv", ({**unit, "active_from": UNITS_FROM} for unit in units))
    write(into / "categories.csv", category_rows(codes, words))
    kinds = {unit["code"]: unit["kind"] for unit in units}
    write(into / "responsibilities.csv", rule_rows(lines, codes, kinds))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("events", type=Path)
    parser.add_argument("--into", type=Path, default=DEMO)
    parser.add_argument("--first", type=float, default=0.7, help="share of the file, in time order, to count")
    options = parser.parse_args()
    if not options.events.is_file():
        sys.exit(f"There is no such file: {options.events}")
    derive(options.events, options.into, options.first, Policy())


if __name__ == "__main__":
    main()
