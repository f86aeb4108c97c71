"""The weekly letter to each unit's head: what is open, what is late, what falls due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
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
    year, week, _day = timezone.localtime(now).isocalendar()
    messages = [
        message
        for head in heads
        if head.department_id in rows
        for message in _letter(head.user, head.department, rows[head.department_id], f"{year}-W{week:02}")
    ]
    return enqueue(messages=messages, now=now)


def _letter(user: User, unit: Department, row: dict[str, Any], week: str) -> list[Message]:
    with override(user.language):
        subject = _("Weekly letter: %(unit)s, %(week)s") % {"unit": unit.label, "week": week}
        body = _(
            "Work orders open: %(open)d. Not signed for: %(unsigned)d. Overdue: %(overdue)d. "
            "Due within seven days: %(week)d. Your inbox: %(url)s"
        ) % {**row, "url": f"{settings.SITE_URL}/desk/unit/"}
    channels = [Channel.INBOX, *([Channel.EMAIL] if user.email else [])]
    return [
        Message(
            event=f"weekly:{week}:{unit.pk}",
            channel=channel,
            user_id=user.pk,
            subject=subject,
            body=body,
            language=user.language,
            url="/desk/unit/",
        )
        for channel in channels
    ]
