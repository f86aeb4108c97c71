"""What a resident can choose from, in the reader's language, from the directory's snapshot: no SQL when warm."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from directory import queries
from directory.models import Area, PetitionKind
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


def category_tree() -> Choices:
    """Categories to filter by: each branch as a whole first, then what is directly below it.

    A filter takes what lies deeper along with its branch: three levels of it, hundreds, nobody would find anything in.
    """
    known = queries.snapshot().categories
    tops = [code for code, each in known.items() if each.parent not in known]  # also below one no longer in use
    below: dict[str, list[tuple[str, str]]] = {code: [] for code in tops}
    for code, each in known.items():
        if each.parent in below:
            below[each.parent].append((code, label(each)))
    return [_branch(code, label(known[code]), inner) for code, inner in below.items()]


def _branch(code: str, name: str, inner: list[tuple[str, str]]) -> tuple[str, Any]:
    if not inner:
        return code, name
    return name, [(code, _("%(category)s, all of it") % {"category": name}), *inner]


def area_tree() -> Choices:
    """Places to filter by: the cities and districts where there are several, then sub-districts and communities."""
    known = queries.snapshot().areas
    wider = []
    for level in (Area.Level.CITY, Area.Level.DISTRICT):
        found = [(code, label(each)) for code, each in known.items() if each.level == level]
        if len(found) > 1:  # the only one is everything
            wider += [(code, _("%(place)s, anywhere") % {"place": name}) for code, name in found]
    return [*wider, *areas()[1:]]


def category_label(code: str) -> str:
    """The name of a category by its code, no longer in use or not; the code itself for one that is not known."""
    found = queries.snapshot().categories.get(code) or (queries.category_by_code(code) if code else None)
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
