"""The states of a reception and of a unified reception day, and who may move them: one table each."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from common.lifecycle import Move
from dispatch.lifecycle import DISPATCHER, OFFICER, SUPERVISOR, SYSTEM

MATTER = "reception"
DAY_MATTER = "unified_day"
STATION_MATTER = "station"
STATION_HEAD = "station_head"


class ReceptionState(TextChoices):
    PLANNED = "planned", _("Planned")
    PUBLISHED = "published", _("Announced")
    OPEN = "open", _("Receiving now")
    CLOSED = "closed", _("Held")
    CANCELLED = "cancelled", _("Cancelled")


class NoticeException(TextChoices):
    """Why a reception may be announced later than the rule says. The commission alone grants it."""

    EMERGENCY = "emergency", _("An emergency or disaster")
    COMMITTEE = "committee", _("Arranged at short notice by the standing committee")
    REPLACEMENT = "replacement", _("In place of a cancelled reception")


PLANNED, PUBLISHED, OPEN = ReceptionState.PLANNED, ReceptionState.PUBLISHED, ReceptionState.OPEN
CLOSED, CANCELLED = ReceptionState.CLOSED, ReceptionState.CANCELLED
STATION = frozenset({OFFICER, STATION_HEAD})
COMMISSION = frozenset({DISPATCHER, SUPERVISOR})
STAFF = STATION | COMMISSION

MOVES: dict[str, Move] = {
    "change": Move(_("Change"), frozenset({PLANNED, PUBLISHED}), None, STAFF),
    "publish": Move(_("Announce"), frozenset({PLANNED}), PUBLISHED, STAFF),
    "open": Move(_("Open the reception"), frozenset({PUBLISHED}), OPEN, STAFF | {SYSTEM}),
    "attend": Move(_("Note attendance"), frozenset({PUBLISHED, OPEN, CLOSED}), None, STAFF),
    "close": Move(_("Close the reception"), frozenset({OPEN}), CLOSED, STAFF | {SYSTEM}),
    "cancel": Move(_("Cancel"), frozenset({PLANNED, PUBLISHED}), CANCELLED, STAFF),
    "settle": Move(_("Close what was left open"), frozenset({PUBLISHED, OPEN}), CLOSED, frozenset({SYSTEM})),
}
# Still to come, or under way.
COMING = frozenset({PLANNED.value, PUBLISHED.value, OPEN.value})
ANNOUNCED = frozenset({PUBLISHED.value, OPEN.value, CLOSED.value})


class DayState(TextChoices):
    PLANNED = "planned", _("Planned")
    PUBLISHED = "published", _("Announced")
    CLOSED = "closed", _("Closed, with a report")
    CANCELLED = "cancelled", _("Cancelled")


DAY_MOVES: dict[str, Move] = {
    "publish": Move(_("Announce"), frozenset({DayState.PLANNED}), DayState.PUBLISHED, COMMISSION),
    "close": Move(_("Close the day"), frozenset({DayState.PUBLISHED}), DayState.CLOSED, COMMISSION),
    "cancel": Move(_("Cancel"), frozenset({DayState.PLANNED, DayState.PUBLISHED}), DayState.CANCELLED, COMMISSION),
}
