"""Who is told what of a duty file: journal entry in, messages out; nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import User
from deputies.access import COMMISSION
from deputies.models import Deputy
from directory.models import Office
from journal.models import Entry
from notifications.actions import Message
from notifications.models import Channel

LABELS: Final[dict[str, str | Promise]] = {
    "entered": _("Entered into the duty file"),
    "verified": _("Verified"),
    "rejected": _("Rejected"),
    "appealed": _("Appeal"),
    "appeal_granted": _("Appeal granted"),
    "appeal_refused": _("Appeal refused"),
}
SUBJECTS: Final[dict[str, str | Promise]] = {
    "entered": _("A duty entry waits to be verified"),
    "verified": _("Your duty entry was verified"),
    "rejected": _("Your duty entry was rejected: you may appeal"),
    "appealed": _("An appeal about a duty file waits for a ruling"),
    "appeal_granted": _("Your appeal was granted"),
    "appeal_refused": _("Your appeal was refused"),
}
QUEUE, MINE = "/desk/duty/queue/", "/desk/duty/"


def messages_for(entry: Entry, deputy: Deputy, title: str) -> Iterable[Message]:
    """Return whom an entry concerns and in what words. Nobody is told of what they did themselves."""
    subject = SUBJECTS.get(entry.action)
    if subject is None:
        return
    asked = entry.action in ("entered", "appealed")
    people = _verifiers(deputy) if entry.action == "entered" else _commission(deputy) if asked else _self(deputy)
    for user in people:
        if user.pk == entry.actor_id or not user.is_active:
            continue
        with override(user.language):
            yield Message(
                event=f"journal:{entry.pk}",
                channel=Channel.INBOX,
                user_id=user.pk,
                language=user.language,
                subject=str(subject),
                body=f"{deputy.label} · {title}" if title else deputy.label,
                url=QUEUE if asked else MINE,
            )


def _self(deputy: Deputy) -> list[User]:
    return [deputy.user] if deputy.user is not None else []


def _verifiers(deputy: Deputy) -> list[User]:
    """Officers and heads of the deputy's stations; the commission where there is none."""
    run = Q(officer_of__deputies=deputy) | Q(head_of__deputies=deputy)
    return list(User.objects.filter(run).distinct()) or _commission(deputy)


def _commission(deputy: Deputy) -> list[User]:
    """Those who hold an office of the commission for the deputy's area, or the nearest above it."""
    found = Office.objects.filter(role__in=COMMISSION, area__code__in=deputy.area.lineage()).select_related(
        "user", "area"
    )
    nearest = max((office.area.path.count(".") for office in found), default=0)
    return list({o.user_id: o.user for o in found if o.area.path.count(".") == nearest}.values())
