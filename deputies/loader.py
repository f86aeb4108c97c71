"""Deputies from a CSV or XLSX file: cells, then values, then all problems; nothing is written while one is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from deputies.models import Deputy, DeputyGroup, DeputyLevel
from directory.loader.columns import Column, Sheet, choice, code, text, whole, yes
from directory.loader.parse import Row, Table, read
from directory.loader.problems import Problem
from directory.models import Area
from journal.refusals import Refused


def codes(cell: str) -> list[str]:
    """Read codes separated by commas, semicolons or 、, each once."""
    parts = cell.replace("，", ",").replace("；", ",").replace(";", ",").replace("、", ",").split(",")
    return list(dict.fromkeys(code(part.strip()) for part in parts if part.strip()))


SHEET = Sheet(
    name="deputies",
    columns=(
        Column("code", code, required=True),
        Column("name", text(60), required=True),
        Column("name_en", text(100), default=""),
        Column("level", choice(DeputyLevel.values), required=True),
        Column("term", whole(1, 99), required=True),
        Column("electoral_district", text(100), default=""),
        Column("area", code, required=True),
        Column("profession", text(60), default=""),
        Column("introduction", text(2000), default=""),
        Column("is_active", yes, default=True),
        Column("groups", codes, default=None),
        Column("stations", codes, default=None),
        Column("user", text(150), default=""),
    ),
    key=("code",),
)
PLAIN = (
    "name", "name_en", "level", "term", "electoral_district", "profession", "introduction", "is_active", "user_id"
)  # fmt: skip


class CannotLoadDeputies(Refused):
    """The file is not as it must be; `problems` names every place to mend."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__(_("Nothing was loaded: %(count)d problems were found.") % {"count": len(problems)})


@dataclass
class Loaded:
    """What became of the rows, by code."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def load_deputies(*, file: Path, dry_run: bool = False) -> Loaded:
    """Create and update deputies from a file, all or nothing; with `dry_run` all is done and undone.

    A column that the file lacks leaves what is stored; `groups` and `stations` replace it where the file has them.
    Raises CannotLoadDeputies with every problem found, before anything is written.
    """
    table = read(file)
    lines = _check(table)
    if table.problems:
        raise CannotLoadDeputies(table.problems)
    with transaction.atomic():
        loaded = _write(lines, set(table.columns))
        if dry_run:
            transaction.set_rollback(True)
    return loaded


def _check(table: Table) -> list[dict[str, Any]]:
    known = {column.name: column for column in SHEET.columns}
    for name in table.columns:
        if name and name not in known:
            table.object(table.header_line, name, _("The column is not known."))
    for column in SHEET.columns:
        if column.required and table.columns and column.name not in table.columns:
            table.object(table.header_line, column.name, _("The column is missing."))
    if table.columns and not table.rows and not table.problems:
        table.object(0, "", _("The file has a header but no rows."))
    lines: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    known_codes = _known_codes()
    for row in table.rows:
        values = _values(table, row)
        key = values.get("code")
        if key and key in seen:
            table.object(
                row.line, "code", _("Line %(line)d already has the same %(key)s.") % {"line": seen[key], "key": "code"}
            )
        elif key:
            seen[key] = row.line
        _refer(table, row, values, known_codes)
        lines.append(values)
    _sign_in(table, lines)
    return lines


def _sign_in(table: Table, lines: list[dict[str, Any]]) -> None:
    """Put the account in place of each user name; an account is one deputy's."""
    names = {name for values in lines if (name := values.get("user"))}
    accounts = dict(User.objects.filter(username__in=names).values_list("username", "pk"))
    holders = dict(Deputy.objects.filter(user__in=accounts.values()).values_list("user_id", "code"))
    for row, values in zip(table.rows, lines, strict=True):
        name = values.pop("user", None)
        if name is None:
            continue
        values["user_id"] = accounts.get(name)
        if name and name not in accounts:
            table.object(row.line, "user", _("“%(code)s” is not known.") % {"code": name})
        elif name and holders.setdefault(accounts[name], values.get("code", "")) != values.get("code", ""):
            table.object(row.line, "user", _("This account is another deputy’s."))


def _values(table: Table, row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in SHEET.columns:
        cell = row.cells.get(column.name)
        try:
            if cell:
                values[column.name] = column.read(cell)
            elif cell is not None and column.required:
                raise ValueError(_("The cell is empty."))
            elif cell is not None:
                values[column.name] = [] if column.name in ("groups", "stations") else column.default
        except ValueError as error:
            table.object(row.line, column.name, str(error))
    return values


def _known_codes() -> dict[str, set[str]]:
    return {
        "area": set(Area.objects.values_list("code", flat=True)),
        "groups": set(DeputyGroup.objects.values_list("code", flat=True)),
        "stations": set(_stations().values_list("code", flat=True)),
    }


def _stations() -> Any:
    """Stations, asked through the relation that they have to deputies."""
    model: Any = Deputy._meta.get_field("stations").related_model
    return model.objects.all()


def _refer(table: Table, row: Row, values: dict[str, Any], known: dict[str, set[str]]) -> None:
    for column, there in known.items():
        named = values.get(column) or []
        for each in [named] if isinstance(named, str) else named:
            if each not in there:
                table.object(row.line, column, _("“%(code)s” is not known.") % {"code": each})


def _write(lines: list[dict[str, Any]], columns: set[str]) -> Loaded:
    stored = {each.code: each for each in Deputy.objects.select_for_update().prefetch_related("groups", "stations")}
    areas = dict(Area.objects.values_list("code", "pk"))
    relations: dict[str, dict[str, int]] = {
        "groups": dict(DeputyGroup.objects.values_list("code", "pk")),
        "stations": dict(_stations().values_list("code", "pk")),
    }
    loaded = Loaded()
    for line in lines:
        deputy = stored.get(line["code"]) or Deputy(code=line["code"])
        fresh = deputy.pk is None
        changed = _plain(deputy, line, areas[line["area"]])
        if fresh or changed:
            deputy.save()
        for name in columns & relations.keys():
            changed |= _related(getattr(deputy, name), [relations[name][each] for each in line[name]])
        bucket = loaded.created if fresh else loaded.updated if changed else loaded.unchanged
        bucket.append(deputy.code)
    return loaded


def _plain(deputy: Deputy, line: dict[str, Any], area: int) -> bool:
    given = {name: line[name] for name in PLAIN if name in line} | {"area_id": area}
    changed = {name for name, value in given.items() if getattr(deputy, name, None) != value}
    for name in changed:
        setattr(deputy, name, given[name])
    return bool(changed)


def _related(manager: Any, wanted: list[int]) -> bool:
    held = {each.pk for each in manager.all()}
    if held == set(wanted):
        return False
    manager.set(wanted)
    return True
