"""Deputies from a file: every bad row by line and column, nothing written before all is right."""

from io import StringIO

import openpyxl
import pytest
from django.core.management import call_command

from deputies.loader import CannotLoadDeputies, load_deputies
from deputies.models import Deputy, DeputyGroup

pytestmark = pytest.mark.django_db
HEAD = "code,name,level,term,area,groups,stations,profession"


def csv(tmp_path, *lines, head=HEAD, encoding="utf-8"):
    file = tmp_path / "deputies.csv"
    file.write_bytes("\n".join([head, *lines, ""]).encode(encoding))
    return file


@pytest.fixture
def town(cast):
    DeputyGroup.objects.create(code="law", name="法治组", area=cast.area["440310"])
    return cast


def test_created_updated_and_left_as_they_are(town, tmp_path):
    file = csv(tmp_path, "N1,王代表,county,7,EB,law,east;tea,律师", "D1,何代表,county,7,EB,,east,", encoding="gb18030")
    loaded = load_deputies(file=file, dry_run=True)
    assert (loaded.created, Deputy.objects.count()) == (["N1"], 1)
    load_deputies(file=file)
    new = Deputy.objects.get(code="N1")
    assert (new.name, new.profession, new.area.code) == ("王代表", "律师", "EB")
    assert {s.code for s in new.stations.all()} == {"east", "tea"}
    assert [g.code for g in new.groups.all()] == ["law"]

    again = load_deputies(file=file)
    assert (again.created, again.updated, sorted(again.unchanged)) == ([], [], ["D1", "N1"])
    load_deputies(file=csv(tmp_path, "N1,王代表,county,8,EB", head="code,name,level,term,area"))
    new.refresh_from_db()
    assert (new.term, new.profession, new.stations.count()) == (8, "律师", 2)


def test_every_problem_is_named_and_nothing_is_written(town, tmp_path):
    file = csv(
        tmp_path,
        "N1,王代表,city,7,EB,law,east,",
        "N2,,county,x,EB,law,east,",
        "N3,李代表,county,7,XX,none,nowhere,",
        "N3,李代表,county,7,EB,,,",
        "N4,张代表,county,7,EB,,",
    )
    with pytest.raises(CannotLoadDeputies) as refused:
        load_deputies(file=file)
    found = {(p.line, p.column) for p in refused.value.problems}
    assert found == {
        (2, "level"), (3, "name"), (3, "term"), (4, "area"), (4, "groups"), (4, "stations"), (5, "code"), (6, ""),
    }  # fmt: skip
    assert Deputy.objects.count() == 1


def test_the_account_with_which_a_deputy_signs_in(town, tmp_path):
    head = "code,name,level,term,area,user"
    load_deputies(file=csv(tmp_path, "N1,王代表,county,7,EB,resident", "N2,李代表,county,7,EB,", head=head))
    assert Deputy.objects.get(code="N1").user == town.resident
    with pytest.raises(CannotLoadDeputies) as refused:
        load_deputies(file=csv(tmp_path, "N2,李代表,county,7,EB,resident", "N3,赵代表,county,7,EB,nobody", head=head))
    assert {(p.line, p.column) for p in refused.value.problems} == {(2, "user"), (3, "user")}
    load_deputies(file=csv(tmp_path, "N1,王代表,county,7,EB", head="code,name,level,term,area"))
    assert Deputy.objects.get(code="N1").user == town.resident


def test_an_unknown_or_missing_column_and_a_workbook(town, tmp_path):
    with pytest.raises(CannotLoadDeputies) as refused:
        load_deputies(file=csv(tmp_path, "N1,王", head="code,phone"))
    assert {p.column for p in refused.value.problems} >= {"phone", "name", "level", "term", "area"}

    book = openpyxl.Workbook()
    book.active.append(["code", "name", "level", "term", "area"])
    book.active.append(["N7", "赵代表", "township", 3, "TG"])
    book.save(tmp_path / "d.xlsx")
    out = StringIO()
    call_command("load_deputies", tmp_path / "d.xlsx", stdout=out)
    assert "1 created" in out.getvalue()
    with pytest.raises(SystemExit):
        call_command(
            "load_deputies", csv(tmp_path, "N1,王,x,7,EB", head="code,name,level,term,area"), stderr=StringIO()
        )
