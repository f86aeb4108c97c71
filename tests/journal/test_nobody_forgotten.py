"""Every journal entry makes an outbox row, and `/readyz` looks at the oldest: somebody must work each kind off."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from deputies.actions import tell as tell_of_duty
from journal.actions import write
from journal.models import Outbox
from liaison.celery import app
from petitions.actions.telling import tell as tell_of_petitions
from stations.actions.telling import tell as tell_of_stations

# Where a writer is handed the kind of matter, these are the kinds it is handed.
HANDED_ON = {
    "dispatch/actions/step.py": {"petition"},
    "dispatch/actions/alerts.py": {"petition"},
    "cases/actions/step.py": {"case_round", "case"},
    "desks/backoffice/actions.py": {"account", "directory"},
}
WORKERS = (tell_of_petitions, tell_of_stations, tell_of_duty)
TASKS = ("petitions.tasks.replay_stranded", "stations.tasks.tell", "deputies.tasks.keep_files")


class Writer:
    """A place in the project where a journal entry is made."""

    def __init__(self, path: str, call: ast.Call, named: dict[str, ast.expr]) -> None:
        self.where = f"{path}:{call.lineno}"
        self.silent = isinstance(named.get("silent"), ast.Constant) and named["silent"].value is True  # type: ignore[attr-defined]
        self.kinds = HANDED_ON.get(path) or _value(path, named["matter_type"])


def _value(path: str, given: ast.expr) -> set[str]:
    """What a `matter_type=` stands for: a text, a constant of its module, or one of two."""
    if isinstance(given, ast.IfExp):
        return _value(path, given.body) | _value(path, given.orelse)
    if isinstance(given, ast.Constant):
        return {str(given.value)}
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    found = getattr(module, given.id, None) if isinstance(given, ast.Name) else None
    assert isinstance(found, str), f"{path}: say in HANDED_ON which matters {ast.unparse(given)} stands for"
    return {found}


def writers() -> Iterator[Writer]:
    """Every call of `write(…, matter_type=, action=)` and every `Entry(matter_type=…)` of our apps."""
    ours = [Path(config.path) for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
    for file in sorted(each for folder in ours for each in folder.rglob("*.py")):
        path = str(file.relative_to(settings.BASE_DIR))
        if "/migrations/" in path or path == "journal/actions.py":
            continue
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in ("write", "Entry"):
                named = {each.arg: each.value for each in call.keywords if each.arg}
                if {"matter_type", "action"} <= named.keys():
                    yield Writer(path, call, named)


def test_every_kind_of_matter_is_found():
    found = {kind for writer in writers() for kind in writer.kinds}

    assert found == {
        "account", "appointment", "case", "case_round", "directory", "duty_entry", "duty_record", "duty_report",
        "export", "petition", "reception", "station", "unified_day", "visit",
    }  # fmt: skip


@pytest.mark.django_db
def test_of_every_kind_of_matter_somebody_works_the_outbox_off():
    """A row is worked off where it is gone, or put aside because the matter of this test does not exist."""
    waiting = {kind: writer.where for writer in writers() if not writer.silent for kind in writer.kinds}
    for kind in waiting:
        write(matter_type=kind, matter_id=987654, action="test", at=timezone.now())
    assert Outbox.objects.count() == len(waiting) > 5

    for tell in WORKERS:
        tell(now=timezone.now())

    forgotten = set(Outbox.objects.filter(attempts=0).values_list("matter_type", flat=True))
    assert not forgotten, {kind: waiting[kind] for kind in forgotten}


def test_those_who_work_it_off_are_on_the_timetable():
    planned: set[Any] = {each["task"] for each in app.conf.beat_schedule.values()}

    assert planned.issuperset(TASKS)


@pytest.mark.django_db
def test_a_silent_entry_leaves_no_row():
    entry = write(matter_type="test", matter_id=1, action="x", at=timezone.now(), silent=True)

    assert entry.pk
    assert not Outbox.objects.exists()
