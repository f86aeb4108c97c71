"""Single fields of a posted form that is too small for a form class."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.utils.dateparse import parse_date

from accounts.strict import clean_text


def words(request: HttpRequest, name: str, *, most: int = 2000, multiline: bool = True) -> str:
    """Return what was typed into a field, at most `most` characters; nothing where it holds a control character.

    What must not be empty, the action says.
    """
    try:
        return clean_text(request.POST.get(name, "")[:most], multiline=multiline)
    except ValueError:
        return ""


def day(request: HttpRequest, name: str) -> date | None:
    """Return the day in a field; None where there is none, or none like it in the calendar."""
    try:
        return parse_date(request.POST.get(name, ""))
    except ValueError:
        return None
