"""replay_events: recorded cases go through the portal's own actions, and none is lost."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from liaison.replay import COLUMNS, BadRecords, Replay, read

DEMO = settings.BASE_DIR / "directory" / "demo"
RECORDED = Path("/work/shared/data/pingshan_events.csv")

ROWS = [
    (
        "1",
        "2020-03-02 09:00:00",
        "12345",
        "投诉",
        "环保水务",
        "噪音",
        "超时施工",
        "坪山街道",
        "六联社区",
        "环境保护和水务局",
    ),
    ("2", "2020-03-02 10:00:00", "12345", "咨询", "教育卫生", "", "", "坪山街道", "六联社区", "教育局"),
    ("3", "2020-03-02 11:00:00", "12345", "投诉", "不认识的类别", "", "", "别处", "别处", "一个名单上没有的单位"),
    ("4", "2020-03-02 12:00:00", "12345", "投诉", "党纪政纪", "", "", "坪山街道", "六联社区", "区纪委"),
]


@pytest.fixture
def file(tmp_path):
    """A file of invented cases; `file(rows)` writes other ones."""

    def write(rows=ROWS, columns=COLUMNS):
        path = tmp_path / "cases.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([columns, *rows])
        return path

    return write


@pytest.mark.django_db
def test_every_case_is_routed_and_closed_once(file):
    call_command("load_directory", str(DEMO), stdout=StringIO())
    records = read(file())
    replay = Replay()

    for _tally in replay.run(records):
        pass

    figures = replay.tally.figures()
    assert (figures["events"], figures["routed"], figures["lost"], figures["routed_twice"]) == (4, 4, 0, 0)
    assert 0 <= figures["top1"] <= figures["top3"] <= 1


def test_records_come_in_time_order_and_limited(file):
    records = read(file(ROWS[::-1]), limit=2)

    assert [record.at.hour for record in records] == [9, 10]


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [(1, "yesterday", "column created_at"), (9, "", "column handling_unit")],
)
def test_a_bad_row_is_named(file, column, value, named):
    row = list(ROWS[0])
    row[column] = value

    with pytest.raises(BadRecords, match=f"line 2, {named}"):
        read(file([row]))


def test_a_missing_column_is_named(file):
    with pytest.raises(BadRecords, match="the column handling_unit is missing"):
        read(file([row[:-1] for row in ROWS], COLUMNS[:-1]))


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("replay_events", str(tmp_path / "none.csv"))


@pytest.mark.processes
@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded cases are not on this machine")
def test_the_command_works_in_a_database_of_its_own(django_db_setup, django_db_blocker, capfd):
    out = StringIO()
    with django_db_blocker.unblock():
        call_command("replay_events", str(RECORDED), "--limit", "20", "--json", stdout=out)

    figures = json.loads(out.getvalue().splitlines()[-1])
    assert figures["events"] == 20
    assert figures["lost"] == figures["routed_twice"] == 0
