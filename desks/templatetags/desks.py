"""Tags of the desks: compact deadlines, marked changes, counts up to ninety-nine."""

from __future__ import annotations

import difflib
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from desks import navigation, rows
from directory import queries
from petitions.worklist import COUNTED_UP_TO

register = template.Library()


register.simple_tag(rows.due)


@register.filter
def up_to(number: int) -> str:
    """A count that stopped counting says so."""
    return f"{COUNTED_UP_TO}+" if number > COUNTED_UP_TO else str(number)


@register.filter
def percent(share: float | None) -> str:
    """A share of one as a percentage, a dash where there is nothing to divide by."""
    return "—" if share is None else f"{round(share * 100)} %"


@register.simple_tag
def marked(old: str, new: str) -> SafeString:
    """The new text with what was taken out and put in marked, word for word or sign for sign."""
    parts: list[str] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what in ("replace", "delete"):
            parts.append(f"<del>{escape(old[a:b])}</del>")
        if what in ("replace", "insert"):
            parts.append(f"<ins>{escape(new[c:d])}</ins>")
        if what == "equal":
            parts.append(str(escape(new[c:d])))
    return mark_safe("".join(parts))  # noqa: S308, every part was escaped


@register.inclusion_tag("desks/_nav.html", takes_context=True)
def desk_nav(context: Any) -> dict[str, Any]:
    """The desks open to whoever is signed in: one row, and the rest behind “More”."""
    request = context["request"]
    return {**navigation.shown(request), "request": request, "user": request.user}


@register.filter
def grouped(options: list[tuple[str, Any]]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Options of a select as groups; those without one come in a group without a name."""
    groups: list[tuple[str, list[tuple[str, Any]]]] = []
    for code, words in options:
        if isinstance(words, list | tuple):
            groups.append((code, list(words)))
        else:
            if not groups or groups[-1][0]:
                groups.append(("", []))
            groups[-1][1].append((code, words))
    return groups


@register.simple_tag
def options_of(name: str, options: list[tuple[str, Any]], value: str = "") -> SafeString:
    """The options of one of the list's selects, written once a minute and language: they are hundreds, on each page."""
    lines: dict[str, str] = queries.keep(f"options {name} {get_language()}", lambda: _written(options))
    chosen = lines.get(value)
    html = "".join(lines.values())
    if chosen:
        html = html.replace(chosen, chosen.replace("<option ", "<option selected ", 1), 1)
    return mark_safe(html)  # noqa: S308, every part was escaped


def _written(options: list[tuple[str, Any]]) -> dict[str, str]:
    """Each option's code with its HTML; the group's ends go with its first and last option."""
    found: dict[str, str] = {}
    for group, inner in grouped(options):
        lines = {str(code): format_html('<option value="{}">{}</option>', code, words) for code, words in inner}
        if group and lines:
            first, last = next(iter(lines)), next(reversed(lines))
            lines[first] = format_html('<optgroup label="{}">{}', group, lines[first])
            lines[last] = format_html("{}</optgroup>", lines[last])
        found |= lines
    return found
