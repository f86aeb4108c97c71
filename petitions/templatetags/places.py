"""Names of master data in the reader's language."""

from __future__ import annotations

from typing import Any

from django import template

from petitions import choices

register = template.Library()


@register.filter
def named(thing: Any) -> str:
    """The name of an area, category or department in the language now active; empty for none."""
    return choices.label(thing) if thing else ""
