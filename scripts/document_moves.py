"""Write the tables of moves in docs/api.md from the tables that the code itself checks: states, capacities, input.

`python scripts/document_moves.py` writes; `--check` says whether the file is up to date (exit code 1 if not).
`tests/test_docs.py` does the same, so that the tables stay true.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
FILE = PROJECT / "docs" / "api.md"
MARK = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
    import django

    django.setup()

from django.utils.translation import override  # noqa: E402
from rest_framework import serializers  # noqa: E402

from dispatch import lifecycle as orders  # noqa: E402
from petitions import lifecycle as petitions  # noqa: E402
from petitions.api import commands, fields  # noqa: E402

# What a look-up field takes, in words.
CODES: dict[type, str] = {
    fields.CategoryField: "category code",
    fields.AreaField: "area code",
    fields.UnitField: "unit code",
    fields.UnitListField: "list of unit codes",
    fields.PetitionField: "reference of a petition the caller may read",
    fields.ColleagueField: "user name of a colleague in the unit",
}
HEAD = "| move | who | from | to | input |\n|---|---|---|---|---|\n"


def written(text: str) -> str:
    """Return `text` with every generated part made anew."""
    tables = {"petition-moves": petition_moves, "order-moves": order_moves, "other-moves": other_moves}
    with override("en"):
        return MARK.sub(lambda found: found[1] + tables[found["name"]]() + found[3], text)


def petition_moves() -> str:
    """The moves on a petition, in the order of `petitions.lifecycle.MOVES`."""
    every = set(petitions.State.values)
    rows = (
        _row(move, every, commands.PETITION_COMMANDS[name], restricted=move.restricted)
        for name, move in petitions.MOVES.items()
        if name in commands.PETITION_COMMANDS
    )
    return HEAD + "".join(rows)


def order_moves() -> str:
    """The moves on a work order, in the order of `dispatch.lifecycle.MOVES`."""
    every = set(orders.OrderState.values)
    return HEAD + "".join(
        _row(move, every, commands.ORDER_COMMANDS[name])
        for name, move in orders.MOVES.items()
        if name in commands.ORDER_COMMANDS
    )


def other_moves() -> str:
    """Moves nobody asks for by name: other moves or the clock make them."""
    tables: Iterable[tuple[str, Mapping[str, Any], Mapping[str, Any], Collection[str]]] = (
        ("petition", petitions.MOVES, commands.PETITION_COMMANDS, petitions.State.values),
        ("work order", orders.MOVES, commands.ORDER_COMMANDS, orders.OrderState.values),
    )
    lines = [
        f"| {of} | `{name}` | {_who(move.who)} | {_states(move.sources, set(every))} | {_target(move.target)} |\n"
        for of, moves, known, every in tables
        for name, move in moves.items()
        if name not in known
    ]
    return "| of | move | who | from | to |\n|---|---|---|---|---|\n" + "".join(lines)


def _row(move: Any, every: set[str], command: commands.Command, *, restricted: bool = False) -> str:
    name = f"`{move.name}`{' ▲' if restricted else ''}<br>{move.label}"
    taken = "<br>".join(_field(name, field) for name, field in command.serializer().fields.items())
    where = f"{_states(move.sources, every)} | {_target(move.target)}"
    return f"| {name} | {_who(move.who)} | {where} | {taken or '–'} |\n"


def _who(who: Collection[str]) -> str:
    return ", ".join(sorted(who))


def _states(states: Collection[str], every: set[str]) -> str:
    return "any" if set(states) == every else ", ".join(name for name in _in_order(states))


def _in_order(states: Collection[str]) -> list[str]:
    known = [*petitions.State.values, *orders.OrderState.values]
    return sorted(states, key=known.index)


def _target(target: str | None) -> str:
    return str(getattr(target, "value", target)) if target else "–"


def _field(name: str, field: serializers.Field) -> str:
    return f"`{name}`{'' if field.required else '?'} {_kind(field)}"


def _kind(field: serializers.Field) -> str:
    """A field's type and limits in words."""
    if words := CODES.get(type(field)):
        return words
    if isinstance(field, serializers.ChoiceField):
        return " / ".join(str(choice) for choice in field.choices)
    if isinstance(field, serializers.DateField):
        return "date, YYYY-MM-DD"
    if isinstance(field, serializers.IntegerField):
        return f"whole number, {field.min_value} to {field.max_value}"
    if isinstance(field, serializers.ListField):
        return "numbers of its files" if isinstance(field.child, serializers.IntegerField) else "files (multipart)"
    if isinstance(field, serializers.CharField):
        return f"text, at most {field.max_length}"
    raise TypeError(f"Say in scripts/document_moves.py what a {type(field).__name__} takes.")


def main() -> int:
    """Write the file, or compare it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    old = FILE.read_text("utf-8")
    new = written(old)
    if parser.parse_args().check:
        print("docs/api.md is up to date." if new == old else "docs/api.md is stale: run scripts/document_moves.py")
        return int(new != old)
    FILE.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
