"""Loading master data from a folder: what it makes, what it refuses, and that a refusal leaves no trace."""

import csv
import json
from io import StringIO

import openpyxl
import pytest
from django.core.management import call_command

from directory import queries
from directory.models import Area, CalendarDay, Category, Department, Responsibility, ServiceLevel

pytestmark = pytest.mark.django_db


def test_everything_is_created(town):
    assert town.load() == {
        "areas": (5, 0, 0),
        "departments": (4, 0, 0),
        "categories": (4, 0, 0),
        "responsibilities": (3, 0, 0),
        "service_levels": (2, 0, 0),
        "calendar": (1, 0, 0),
    }
    bridge = Area.objects.get(code="10010101")
    assert bridge.path == "10.1001.100101.10010101."
    assert bridge.ancestors_codes() == ["10", "1001", "100101"]
    assert set(Area.objects.under(Area.objects.get(code="100101")).values_list("code", flat=True)) == {
        "100101",
        "10010101",
        "10010102",
    }
    assert Department.objects.get(code="roads-old").successor.code == "roads"
    assert Category.objects.get(code="A1").keywords == ["停水", "漏水"]
    line = Responsibility.objects.get(lead__code="water")
    assert {unit.code for unit in line.co_units.all()} == {"roads", "bridge"}
    level = ServiceLevel.objects.get(urgency="ordinary")
    assert (level.reply_wd, level.contact_hours, level.escalation_wd) == (5, 24, [0, 1, 3])
    assert not CalendarDay.objects.get().is_workday


def test_a_second_time_changes_nothing(loaded):
    assert {name: counts[:2] for name, counts in loaded.load().items()} == dict.fromkeys(loaded.rows, (0, 0))


def test_a_changed_row_is_updated_alone(loaded):
    loaded.set("departments", 0, name_en="Water Authority")
    loaded.set("responsibilities", 1, co_units="roads", weight="10")
    counts = loaded.load()
    assert counts["departments"] == (0, 1, 3)
    assert counts["responsibilities"] == (0, 1, 2)
    assert [unit.code for unit in Responsibility.objects.get(lead__code="water").co_units.all()] == ["roads"]


def test_only_co_units_changed_counts_as_a_change(loaded):
    loaded.set("responsibilities", 1, co_units="roads")
    assert loaded.load()["responsibilities"] == (0, 1, 2)


def test_a_moved_node_takes_along_what_no_file_names(loaded):
    loaded.rows = {"areas": [row for row in loaded.rows["areas"] if row["code"] == "100101"]}
    loaded.rows["areas"][0]["parent"] = "10"
    for path in loaded.folder.iterdir():
        path.unlink()
    loaded.write()
    assert loaded.load() == {"areas": (0, 1, 0)}
    assert Area.objects.get(code="10010101").path == "10.100101.10010101."


def test_dry_run_keeps_nothing(town):
    assert town.load(dry_run=True)["areas"] == (5, 0, 0)
    assert not Area.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_other_encodings(town, encoding):
    town.write(encoding=encoding)
    town.load()
    assert Area.objects.get(code="1001").name == "东区"


def test_xlsx(town):
    for name in ("areas", "responsibilities"):
        book = openpyxl.Workbook()
        with (town.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                book.active.append([float(cell) if cell.isdigit() else cell for cell in row])
        book.save(town.folder / f"{name}.xlsx")
        (town.folder / f"{name}.csv").unlink()
    assert town.load()["areas"] == (5, 0, 0)
    assert Area.objects.get(code="10010102").longitude == 114.34


# --- Refusals -------------------------------------------------------------------------------------------------

# file, row (0 is the first below the header), cells, then: line, column and a word of the reason
CASES = [
    pytest.param("departments", 0, {"area": "9999"}, 2, "area", "9999", id="unknown area"),
    pytest.param("responsibilities", 1, {"lead": "nobody"}, 3, "lead", "nobody", id="unknown lead"),
    pytest.param("responsibilities", 0, {"co_units": "water|no"}, 2, "co_units", "“no”", id="unknown co-unit"),
    pytest.param("categories", 1, {"parent": "Q"}, 3, "parent", "“Q”", id="unknown parent"),
    pytest.param("departments", 1, {"successor": "x"}, 3, "successor", "“x”", id="unknown successor"),
    pytest.param("areas", 1, {"code": "10.01"}, 3, "code", "code", id="bad code"),
    pytest.param("areas", 1, {"name": ""}, 3, "name", "empty", id="empty name"),
    pytest.param(
        "areas",
        1,
        {"name": "长" * 101},
        3,
        "name",
        "100",
        id="long name",
    ),
    pytest.param("areas", 1, {"level": "county"}, 3, "level", "county", id="bad level"),
    pytest.param("areas", 2, {"level": "city"}, 4, "level", "district", id="level above its parent"),
    pytest.param("areas", 1, {"longitude": ""}, 3, "latitude", "together", id="half a position"),
    pytest.param("areas", 1, {"latitude": "122.7"}, 3, "latitude", "90", id="impossible latitude"),
    pytest.param("areas", 0, {"parent": "100101"}, 2, "parent", "itself", id="cycle"),
    pytest.param("categories", 0, {"parent": "A"}, 2, "parent", "itself", id="own parent"),
    pytest.param("departments", 2, {"successor": "roads-old"}, 4, "successor", "itself", id="successor circle"),
    pytest.param("areas", 4, {"name": "桥头社区"}, 6, "name", "桥头社区", id="same name beside"),
    pytest.param("calendar", 0, {"date": "2026-02-30"}, 2, "date", "2026-02-30", id="bad date"),
    pytest.param("calendar", 0, {"is_workday": "maybe"}, 2, "is_workday", "maybe", id="bad yes"),
    pytest.param("responsibilities", 2, {"valid_until": "2018-01-01"}, 4, "valid_until", "later", id="dates reversed"),
    pytest.param(
        "departments", 1, {"active_until": "2009-01-01"}, 3, "active_until", "later", id="unit dates reversed"
    ),
    pytest.param("responsibilities", 1, {"co_units": "water"}, 3, "co_units", "lead", id="lead as co-unit"),
    pytest.param("responsibilities", 0, {"weight": "1.5"}, 2, "weight", "1.5", id="bad weight"),
    pytest.param("service_levels", 0, {"sign_hours": "2"}, 2, "sign_hours", "one of", id="two signing limits"),
    pytest.param("service_levels", 1, {"reply_wd": "0"}, 3, "reply_wd", "1", id="no reply limit"),
    pytest.param("service_levels", 0, {"escalation_wd": "3|1"}, 2, "escalation_wd", "rise", id="steps that fall"),
    pytest.param(
        "service_levels", 0, {"statutory_days": ""}, 2, "statutory_extension_days", "extend", id="extension of nothing"
    ),
    pytest.param("areas", 1, {"name": "东\x07区"}, 3, "name", "control", id="control character"),
    pytest.param("areas", 1, {"name": "东\n区"}, 3, "name", "control", id="line break"),
    pytest.param("areas", 1, {"name": "东\u202e区"}, 3, "name", "control", id="turned text"),
]


@pytest.mark.parametrize(("name", "row", "cells", "line", "column", "word"), CASES)
def test_a_bad_cell_is_named_and_nothing_is_touched(town, name, row, cells, line, column, word):
    town.set(name, row, **cells)
    problems = town.refusal()
    place = (f"{name}.csv", line, column)
    assert any((p.file, p.line, p.column) == place and word in p.reason for p in problems), problems
    assert not Area.objects.exists()
    assert not Category.objects.exists()
    assert not CalendarDay.objects.exists()


def test_one_mistake_makes_one_problem(town):
    town.set("departments", 0, kind="club")  # three rules refer to this unit
    assert [(p.file, p.line, p.column) for p in town.refusal()] == [("departments.csv", 2, "kind")]


def test_all_problems_are_reported_at_once(town):
    town.set("areas", 1, level="county")
    town.set("calendar", 0, date="soon")
    town.set("responsibilities", 0, weight="-1")
    assert [p.file for p in town.refusal()] == ["areas.csv", "calendar.csv", "responsibilities.csv"]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("areas", {"name": "另一城"}),
        ("categories", {"name": "另一类"}),
        ("responsibilities", {"weight": "7"}),
        ("service_levels", {"reply_wd": "6"}),
        ("calendar", {"note": "again"}),
    ],
)
def test_a_repeated_key(town, name, cells):
    town.add(name, **cells)
    (problem,) = town.refusal()
    assert problem.line == len(town.rows[name]) + 1
    assert "line 2" in problem.reason.lower()


def test_overlapping_dates_in_the_files(town):
    town.add("responsibilities", valid_from="2019-01-01")
    (problem,) = town.refusal()
    assert (problem.line, problem.column) == (5, "valid_from")
    assert "overlap" in problem.reason


def test_dates_that_meet_do_not_overlap(town):
    town.set("responsibilities", 0, valid_until="2019-01-01")
    town.add("responsibilities", valid_from="2019-01-01", valid_until="")
    assert town.load()["responsibilities"] == (4, 0, 0)


def test_overlapping_dates_with_the_database(loaded):
    loaded.rows = {"responsibilities": [loaded.rows["responsibilities"][0] | {"valid_from": "2019-01-01"}]}
    for path in loaded.folder.iterdir():
        path.unlink()
    loaded.write()
    (problem,) = loaded.refusal()
    assert "database" in problem.reason
    assert Responsibility.objects.count() == 3


def test_a_cycle_through_the_database(loaded):
    loaded.rows = {"areas": [loaded.rows["areas"][0] | {"parent": "10010101"}]}
    for path in loaded.folder.iterdir():
        path.unlink()
    loaded.write()
    assert "itself" in {word for p in loaded.refusal() for word in p.reason.replace(":", "").split()}


def spoil(town, name, content: bytes):
    (town.folder / name).write_bytes(content)
    return town.refusal()


@pytest.mark.parametrize(
    ("name", "content", "line", "column", "word"),
    [
        ("areas.csv", b"", 0, "", "empty"),
        ("areas.csv", b"\n\n", 0, "", "empty"),
        ("areas.csv", b"code,name,level\n", 0, "", "no rows"),
        ("areas.csv", b"code,name\n1,X\n", 1, "level", "missing"),
        ("areas.csv", b"code,name,level,mayor\n1,X,city,Y\n", 1, "mayor", "not known"),
        ("areas.csv", b"code,name,level,code\n1,X,city,1\n", 1, "code", "twice"),
        ("areas.csv", b"code,name,level\n1,X\n", 2, "", "2 cells where 3"),
        ("areas.csv", b"code,name,level\n1,X,city,what\n", 2, "", "4 cells where 3"),
        ("areas.csv", b'code,name,level\n1,"X,city\n', 0, "", "line 2"),
        ("areas.csv", "code,name,level\n1,城,city\n".encode("utf-16"), 0, "", "UTF-8"),
        ("areas.csv", b"\xff\xff\xff", 0, "", "UTF-8"),
    ],
)
def test_a_bad_file(town, name, content, line, column, word):
    problems = spoil(town, name, content)
    assert any((p.line, p.column) == (line, column) and word in p.reason for p in problems), problems
    assert not Area.objects.exists()


def test_a_workbook_that_is_none(town):
    (town.folder / "areas.csv").unlink()
    assert "XLSX" in spoil(town, "areas.xlsx", b"PK\x03\x04 not really")[0].reason


def test_csv_and_xlsx_of_one_name(town):
    assert "twice" in spoil(town, "areas.xlsx", b"")[0].reason


def test_a_calendar_may_have_no_exceptions(town):
    (town.folder / "calendar.csv").write_text("date,is_workday,note\n", encoding="utf-8")
    assert town.load()["calendar"] == (0, 0, 0)


def test_an_empty_folder_and_none(tmp_path, town):
    for path in town.folder.iterdir():
        path.unlink()
    assert "areas.csv" in town.refusal()[0].reason
    town.folder = tmp_path / "nowhere"
    assert "no such folder" in town.refusal()[0].reason


# --- The command ----------------------------------------------------------------------------------------------


def run(*arguments):
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("load_directory", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue(), err.getvalue()


def test_the_command_says_what_it_did(town):
    code, out, _ = run(town.folder)
    assert code == 0
    assert "areas" in out
    code, out, _ = run(town.folder, "--json")
    assert json.loads(out)["changed"] is False


def test_the_command_lists_what_is_wrong(town):
    town.set("areas", 1, level="county")
    code, out, err = run(town.folder)
    assert code == 1
    assert "areas.csv" in err
    assert "county" in err
    code, out, _ = run(town.folder, "--json")
    assert code == 1
    assert json.loads(out)["problems"][0] | {"reason": ""} == {
        "file": "areas.csv",
        "line": 3,
        "column": "level",
        "reason": "",
    }


def test_a_load_is_seen_at_once(loaded):
    assert queries.department_by_code("water").name_en == "Water Bureau"
    loaded.set("departments", 0, name_en="Water Authority")
    loaded.load()
    assert queries.department_by_code("water").name_en == "Water Authority"
