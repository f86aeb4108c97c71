"""Who is told what of a duty report: a move in, messages out; nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import User
from appraisals.models import DutyReport
from deputies.access import COMMISSION
from directory.models import Office
from journal.models import Entry
from notifications.actions import Message
from notifications.models import Channel

TO_DEPUTY: dict[str, str | Promise] = {
    "sent_back": _("Your duty report was sent back"),
    "published": _("Your duty report was published"),
    "convened": _("The meeting on your duty report was called"),
    "announced": _("The result of the vote on your duty report was announced"),
    "void": _("The vote on your duty report is void"),
}
TO_STAFF: dict[str, str | Promise] = {"handed_in": _("A duty report waits to be checked")}


def messages_for(entry: Entry, report: DutyReport) -> Iterable[Message]:
    """Return whom an entry concerns and in what words. Nobody is told of what they did themselves."""
    subject = TO_DEPUTY.get(entry.action) or TO_STAFF.get(entry.action)
    if subject is None:
        return
    people = _checkers(report) if entry.action in TO_STAFF else [report.deputy.user]
    for user in people:
        if user is None or user.pk == entry.actor_id or not user.is_active:
            continue
        with override(user.language):
            yield Message(
                event=f"journal:{entry.pk}",
                channel=Channel.INBOX,
                user_id=user.pk,
                language=user.language,
                subject=str(subject),
                body=f"{report.deputy.label} · {report.year}",
                url=f"/desk/duty-reports/{report.pk}/",
            )


def _checkers(report: DutyReport) -> list[User]:
    """Officers and heads of the deputy's stations; the commission where there is none."""
    run = Q(officer_of__deputies=report.deputy) | Q(head_of__deputies=report.deputy)
    found = list(User.objects.filter(run).distinct())
    if found:
        return found
    offices = Office.objects.filter(role__in=COMMISSION, area__code__in=report.deputy.area.lineage())
    return list({office.user_id: office.user for office in offices.select_related("user")}.values())
