"""The weekly letter to each unit's head: what is open, what is late, what falls due."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from desks.oversight import letter_rows
from directory.models import Department, Membership
from dispatch.lifecycle import HEAD
from notifications.actions import Message, enqueue
from notifications.models import Channel


def send_letters(*, now: datetime) -> int:
    """Enqueue this week's letters: inbox, and e-mail where the head has an address. Sent again, nothing is doubled."""
    heads = list(
        Membership.objects.filter(role=HEAD, user__is_active=True).select_related("user", "department").order_by("id")
    )
    rows = letter_rows([head.department_id for head in heads], now)
    today = timezone.localtime(now)
    year, week, day = today.isocalendar()
    monday = (today - timedelta(days=day - 1)).date()
    messages = [
        message
        for head in heads
        if head.department_id in rows
        for message in _letter(head.user, head.department, rows[head.department_id], f"{year}-W{week:02}", monday)
    ]
    return enqueue(messages=messages, now=now)


def _letter(user: User, unit: Department, row: dict[str, Any], week: str, monday: date) -> list[Message]:
    with override(user.language):
        said = {"unit": unit.label, "monday": date_format(monday, "DATE_FORMAT")}
        subject = _("Weekly letter: %(unit)s, week from %(monday)s") % said
        body = "\n".join([*_lines(row), _first(row)])
        mail = _("%(letter)s\nYour unit’s inbox: %(url)s") % {"letter": body, "url": f"{settings.SITE_URL}/desk/unit/"}
    channels = [(Channel.INBOX, body), *([(Channel.EMAIL, mail)] if user.email else [])]
    return [
        Message(
            event=f"weekly:{week}:{unit.pk}",
            channel=channel,
            user_id=user.pk,
            subject=subject,
            body=words,
            language=user.language,
            url="/desk/unit/",
        )
        for channel, words in channels
    ]


def _lines(row: dict[str, Any]) -> list[str]:
    """Each figure on a line of its own; those of nought are left out, but for how many are open."""
    figures = [
        ("open", _("Work orders open: %(open)d")),
        ("overdue", _("Overdue: %(overdue)d")),
        ("unsigned", _("Not signed for: %(unsigned)d")),
        ("week", _("Due within seven days: %(week)d")),
    ]
    return [words % row for name, words in figures if name == "open" or row[name]]


def _first(row: dict[str, Any]) -> str:
    """What to do about it, in one sentence."""
    if row["overdue"]:
        return _("Please see to what is overdue first; the supervisors see it too.")
    if row["unsigned"]:
        return _("Please have the new ones signed for.")
    return _("Nothing is overdue.")
