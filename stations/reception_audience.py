"""Who is told what of a reception: the deputies on duty, in their inbox. Journal entry in, messages out."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from journal.models import Entry
from notifications.actions import Message
from notifications.models import Channel
from stations.models import Reception

# `%(...)s` come from `_words`.
TO_DEPUTY: dict[str, str | Promise] = {
    "published": _("You are on duty at a reception: %(station)s, %(day)s, %(from)s–%(until)s."),
    "changed": _("The reception at which you are on duty was changed: %(station)s, %(day)s, %(from)s–%(until)s."),
    "cancelled": _("The reception at which you were on duty is cancelled: %(station)s, %(day)s. Reason: %(reason)s"),
}


def reception_messages(entry: Entry, reception: Reception, *, site: str) -> list[Message]:
    """Return what the deputies on duty are told; nothing of what was never announced.

    `reception` comes with its station and with `duties__deputy__user` fetched.
    """
    text = TO_DEPUTY.get(entry.action)
    if text is None or reception.published_at is None or (entry.action == "changed" and not entry.data.get("moved")):
        return []
    users = [duty.deputy.user for duty in reception.duties.all() if duty.deputy.user is not None]
    found = []
    for user in users:
        with override(user.language):
            found.append(
                Message(
                    event=f"reception:{entry.pk}",
                    channel=Channel.INBOX,
                    user_id=user.pk,
                    language=user.language,
                    subject=str(_("Reception of residents")),
                    body=str(text) % _words(entry, reception),
                    url=f"{site}/receptions/{reception.pk}/",
                )
            )
    return found


def _words(entry: Entry, reception: Reception) -> dict[str, str]:
    start, end = timezone.localtime(reception.starts_at), timezone.localtime(reception.ends_at)
    return {
        "station": reception.station.label,
        "day": date_format(start, "DATE_FORMAT"),
        "from": f"{start:%H:%M}",
        "until": f"{end:%H:%M}",
        "reason": entry.note,
    }
