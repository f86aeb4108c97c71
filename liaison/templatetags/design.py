"""Tags of the design system: icons, state chips, deadline meters."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

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


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """An icon of the sprite static/icons.svg; decoration only, so hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        _sprite(staticfiles_storage),
        name,
    )


@register.simple_tag
def chip(label: Any, state: str = "", tone: str = "", icon_name: str = "") -> SafeString:
    """A chip with icon and words; tone and icon follow the state unless given."""
    state_tone, state_icon = STATES.get(state, ("plain", "dot"))
    return format_html(
        '<span class="chip chip-{}">{}<span>{}</span></span>',
        tone or state_tone,
        icon(icon_name or state_icon),
        label,
    )


@register.filter
def due_day(due: datetime) -> str:
    """The last day on which a deadline can be met, in words.

    The calendar gives half-open intervals: "by midnight, the 27th" means that the 26th still counts.
    """
    last = timezone.localtime(due) - timedelta(microseconds=1)
    return date_format(last, "MONTH_DAY_FORMAT")


@register.filter
def iso(at: datetime) -> str:
    """A time for the attribute `datetime`: without microseconds, which HTML does not know."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""


@register.filter
def lasting(start: datetime, end: datetime) -> str:
    """How long it is from `start` to `end`, in one unit and without false exactness: days, else hours."""
    hours = int(abs((end - start).total_seconds()) // 3600)
    if hours >= 24:
        return ngettext("%(number)s day", "%(number)s days", hours // 24) % {"number": hours // 24}
    if hours:
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    return _("less than an hour")


@register.inclusion_tag("partials/deadline.html")
def deadline(start: datetime, due: datetime, now: datetime, done: bool = False) -> dict[str, Any]:
    """A deadline meter: how much of the time is used, in a bar and in words.

    "Soon" begins when less than a quarter of the time, or less than a day, is left.
    """
    whole = max((due - start).total_seconds(), 1)
    left = (due - now).total_seconds()
    if done:
        tone = "done"
    elif left < 0:
        tone = "late"
    else:
        tone = "soon" if left < max(whole / 4, 86400) else "fine"
    used = min(max(whole - left, 0), whole)
    return {"tone": tone, "used": round(100 * used / whole), "due": due, "now": now}
