"""Tags of the design system: icons, state chips, deadline meters."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.devices import device
from common.design import chip, day_words, due_day, icon
from common.references import spoken

register = template.Library()
register.simple_tag(icon)
register.simple_tag(chip)
register.filter(due_day)
register.filter(spoken)
register.filter(device)
register.filter(day_words, expects_localtime=True)


@register.filter
def in_fours(key: str) -> str:
    """A key as one copies it: in groups of four, which every authenticator app takes."""
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


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
