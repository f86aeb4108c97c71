"""The parts of the design system that pages put together: icons, chips, days. For templates and for rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# State → (tone, icon). A state is never shown by colour alone: icon and words go with it (WCAG 1.4.1).
STATES: Final[dict[str, tuple[str, str]]] = {
    "submitted": ("plain", "envelope-check"),
    "registered": ("plain", "journal-check"),
    "assigned": ("busy", "send"),
    "signed": ("busy", "pen"),
    "in_progress": ("busy", "tools"),
    "replied": ("busy", "chat-left-text"),
    "awaiting_evaluation": ("ask", "hand-index-thumb"),
    "rework": ("ask", "arrow-repeat"),
    "concluded": ("good", "check-circle"),
    "answered_on_spot": ("good", "check-circle"),
    "archived": ("plain", "archive"),
    "converted": ("busy", "arrow-up-right-circle"),
    "merged": ("plain", "intersect"),
    "declined": ("bad", "slash-circle"),
    "withdrawn": ("plain", "x-circle"),
    "return_requested": ("ask", "arrow-return-left"),
    "pending_ledger": ("ask", "pause-circle"),
    "supervised": ("bad", "exclamation-triangle"),
}


@lru_cache(maxsize=8)
def _sprite(storage: Any) -> str:
    """The sprite's address, looked up once: a list shows hundreds of icons."""
    return str(static("icons.svg"))


def icon(name: str, classes: str = "") -> SafeString:
    """An icon of the sprite static/icons.svg; decoration only, so hidden from screen readers."""
    return _icon(staticfiles_storage, name, classes)


@lru_cache(maxsize=512)
def _icon(storage: Any, name: str, classes: str) -> SafeString:
    """An icon's HTML, written once: a list shows hundreds of a few."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        _sprite(storage),
        name,
    )


def chip(label: Any, state: str = "", tone: str = "", icon_name: str = "") -> SafeString:
    """A chip with icon and words; tone and icon follow the state unless given."""
    state_tone, state_icon = STATES.get(state, ("plain", "dot"))
    return format_html(
        '<span class="chip chip-{}">{}<span>{}</span></span>',
        tone or state_tone,
        icon(icon_name or state_icon),
        label,
    )


def due_day(due: datetime) -> str:
    """The last day on which a deadline can be met, in words.

    The calendar gives half-open intervals: "by midnight, the 27th" means that the 26th still counts.
    """
    return day_words(timezone.localtime(due) - timedelta(microseconds=1))


def day_words(day: date) -> str:
    """A day as a list says it: with the weekday in this year, with the year in any other."""
    named = date(day.year, day.month, day.day)  # of an instant its day
    return _day_words(named, named.year == timezone.localdate().year, get_language())


@lru_cache(maxsize=4096)
def _day_words(day: date, this_year: bool, language: str | None) -> str:
    """A list names a hundred days, and every list the same ones."""
    return date_format(day, "MONTH_DAY_FORMAT" if this_year else "OTHER_YEAR_FORMAT")
