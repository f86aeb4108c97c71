"""What a resident can choose from, in the reader's language, from the directory's snapshot: no SQL when warm."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from directory import queries
from directory.models import PetitionKind
from petitions.models import Channel

Choices = list[tuple[str, Any]]


def label(facts: Any) -> str:
    """The name of an area, category or department in the language now active."""
    return facts.name_en if facts.name_en and (get_language() or "").startswith("en") else facts.name


def categories() -> Choices:
    """Categories as a grouped choice; restricted ones (accusations) have a page of their own."""
    known = queries.snapshot().categories
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    parents = {each.parent for each in known.values()}
    for code, each in known.items():
        if each.restricted or code in parents:
            continue
        top = known.get(each.parent or "")
        groups[label(top) if top else _("Other matters")].append((code, label(each)))
    return [("", _("I do not know")), *groups.items()]


def areas() -> Choices:
    """Sub-districts with their communities, each sub-district itself first."""
    known = queries.snapshot().areas
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, each in known.items():
        if each.level == "subdistrict":
            groups.setdefault(code, []).append((code, _("%(place)s, anywhere") % {"place": label(each)}))
        elif each.level == "community" and each.parent:
            groups.setdefault(each.parent, []).append((code, label(each)))
    return [("", _("I do not know")), *((label(known[code]), rows) for code, rows in groups.items())]


def category_label(code: str) -> str:
    """The name of a category by its code, or the code itself when it is gone."""
    found = queries.snapshot().categories.get(code)
    return label(found) if found else code


def department_label(code: str) -> str:
    """The name of a department by its code, or the code itself when it is gone."""
    found = queries.snapshot().departments.get(code)
    return label(found) if found else code


def area_label(code: str) -> str:
    """The name of an area by its code, or the code itself when it is gone."""
    found = queries.snapshot().areas.get(code)
    return label(found) if found else code


def channel_label(code: str) -> str:
    """The name of a channel, or the code itself for one that is gone."""
    return str(Channel(code).label) if code in Channel.values else code


def kind_label(code: str) -> str:
    """The name of a kind of petition, or the code itself for one that is gone."""
    return str(PetitionKind(code).label) if code in PetitionKind.values else code
