"""The first draft of a duty report: what the duty file counts of the year, in sentences the deputy then edits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deputies.models import Deputy, DutyTotal
from deputies.queries import names_of_items

Facts = list[dict[str, Any]]


def facts_of(deputy: Deputy, year: int) -> Facts:
    """Return what the duty file counts of the year: [{"item", "count"}], the most frequent first. One SELECT."""
    totals = DutyTotal.objects.filter(deputy=deputy, year=year, count__gt=0).order_by("-count", "item")
    return [{"item": item, "count": count} for item, count in totals.values_list("item", "count")]


def named(facts: Iterable[dict[str, Any]]) -> Facts:
    """Return the facts with each item's name in the language now active; one SELECT."""
    names = names_of_items()
    return [{**fact, "label": names.get(fact["item"], fact["item"])} for fact in facts]


def draft(deputy: Deputy, year: int, facts: Facts) -> str:
    """Return the text: who, what was done, and the headings under which only the deputy can write."""
    district = deputy.electoral_district or deputy.area.label
    opening = _("To the constituents of %(district)s: I report on my duty as a deputy in %(year)d.")
    lines = [opening % {"district": district, "year": year}, ""]
    if facts:
        lines += [_("What the duty file records of this year:"), *map(_line, named(facts))]
    else:
        lines.append(_("The duty file records nothing of this year."))
    wanted = [
        _("What I learned from constituents, and what was solved:"),
        _("What I did not achieve, and why:"),
        _("What I want to do next year:"),
    ]
    return "\n".join([*lines, *(line for heading in wanted for line in ("", heading))])


def _line(fact: dict[str, Any]) -> str:
    words = ngettext("– %(label)s: %(count)d time", "– %(label)s: %(count)d times", fact["count"])
    return words % fact
