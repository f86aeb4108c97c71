"""A folder of master data for a small town, which tests bend until it breaks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from directory import queries
from directory.actions import CannotLoadDirectory, load_directory
from directory.loader.problems import Problem

TOWN = {
    "areas": """\
code,name,name_en,level,parent,latitude,longitude
10,山城,Hill City,city,,,
1001,东区,East,district,10,22.7,114.3
100101,河口街道,Rivermouth,subdistrict,1001,22.7,114.3
10010101,桥头社区,Bridge,community,100101,22.70,114.30
10010102,码头社区,Quay,community,100101,22.74,114.34
""",
    "departments": """\
code,name,name_en,area,kind,aliases,active_from,active_until,successor
water,水务局,Water Bureau,1001,bureau,水务局（东区）|水利局,2010-01-01,,
roads-old,旧路政所,,1001,bureau,,2010-01-01,2020-01-01,roads
roads,路政局,Roads Bureau,1001,bureau,,2010-01-01,,
bridge,桥头社区工作站,Bridge Workstation,10010101,workstation,,2010-01-01,,
""",
    "categories": """\
code,name,name_en,parent,keywords,restricted
A,公用,Utilities,,,no
A1,供水,Water supply,A,停水|漏水,no
A1a,停水,No water,A1,没水,no
Z,检举,Accusations,,,yes
""",
    "responsibilities": """\
category,area,lead,co_units,valid_from,valid_until,priority,weight
A,1001,roads,,2018-01-01,,0,5
A1,1001,water,roads|bridge,2018-01-01,,0,9
A1,10010101,bridge,,2018-01-01,2019-01-01,0,2
""",
    "service_levels": """\
kind,urgency,sign_wd,reply_wd,statutory_days,statutory_extension_days,escalation_wd,sign_hours
claim,ordinary,1,5,60,30,0|1|3,
claim,urgent,,1,,,,2
""",
    "calendar": """\
date,is_workday,note
2026-01-05,no,安排
""",
}


class Town:
    """The folder and how to change it: rows by file, written again each time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = {name: list(csv.DictReader(StringIO(text))) for name, text in TOWN.items()}
        self.write()

    def write(self, *, encoding: str = "utf-8") -> None:
        for name, rows in self.rows.items():
            path = self.folder / f"{name}.csv"
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with path.open("w", encoding=encoding, newline="") as file:
                writer = csv.DictWriter(file, columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)

    def set(self, name: str, row: int, /, **cells: str) -> None:
        """Change cells of the row (0 is the first below the header, which stands in line 2)."""
        self.rows[name][row] |= cells
        self.write()

    def add(self, name: str, /, **cells: str) -> None:
        """Add a row: like the first, but for these cells."""
        self.rows[name].append(self.rows[name][0] | cells)
        self.write()

    def load(self, **options: Any) -> dict[str, tuple[int, int, int]]:
        tallies = load_directory(folder=self.folder, **options)
        return {name: (each.created, each.updated, each.unchanged) for name, each in tallies.items()}

    def refusal(self) -> list[Problem]:
        """Load what cannot be loaded; return why."""
        with pytest.raises(CannotLoadDirectory) as refused:
            self.load()
        return refused.value.problems


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """What one test kept in the process is not there for the next."""
    queries.invalidate()
    with translation.override("en"):  # reasons are compared as written in the code
        yield
    queries.invalidate()


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture
def loaded(town: Town, db: None) -> Town:
    town.load()
    return town
