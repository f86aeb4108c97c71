"""What a supervisor is reminded of: the day of a look-back has come (回头看)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from desks.models import KeySupervision
from directory.calendar import local_day
from notifications.actions import Message, enqueue
from notifications.models import Channel
from petitions.models import Petition


def remind_of_look_backs(*, now: datetime) -> int:
    """Tell each named supervisor what is to be looked back at by today; return how many messages were new.

    Once for each day that was set, however often this runs; a day on which it could not run is made up for. Whoever
    may not read the matter any more, having left the office, is not told of it.
    """
    due = KeySupervision.objects.filter(
        looked_back_at=None, look_back_on__lte=local_day(now), supervisor__is_active=True
    ).select_related("supervisor", "petition")
    due = due.defer("petition__search", "petition__text", "supervisor__phone").order_by("pk")
    return enqueue(messages=[_message(watch) for watch in due if _may_read(watch)], now=now)


def _may_read(watch: KeySupervision) -> bool:
    return Petition.objects.visible_to(watch.supervisor).filter(pk=watch.petition_id).exists()


def _message(watch: KeySupervision) -> Message:
    user, petition = watch.supervisor, watch.petition
    with override(user.language):
        return Message(
            event=f"look-back:{watch.pk}:{watch.look_back_on.isoformat()}",
            channel=Channel.INBOX,
            user_id=user.pk,
            language=user.language,
            subject=_("%(reference)s: the look-back is due") % {"reference": petition.spoken_reference},
            body=petition.title,
            url=f"/desk/petitions/{petition.reference}/",
        )
