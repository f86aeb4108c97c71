"""Stations, receptions, codes and what is asked of a station. Written by `stations.actions` only."""

from stations.lifecycle import DayState, NoticeException, ReceptionState
from stations.models.code import CalendarLink, CodeScans, OpinionCode
from stations.models.quality import (
    CheckAnswer,
    CheckPhoto,
    CheckState,
    MeetingHeld,
    Quota,
    QuotaSubject,
    ReceptionRule,
    SelfCheck,
    Standard,
    StandardKind,
)
from stations.models.reception import Reception, ReceptionDuty, ReceptionQuerySet, UnifiedDay
from stations.models.station import (
    OpeningHours,
    Station,
    StationKind,
    StationPhoto,
    StationQuerySet,
    Weekday,
)

__all__ = [
    "CalendarLink",
    "CheckAnswer",
    "CheckPhoto",
    "CheckState",
    "CodeScans",
    "DayState",
    "MeetingHeld",
    "NoticeException",
    "OpeningHours",
    "OpinionCode",
    "Quota",
    "QuotaSubject",
    "Reception",
    "ReceptionDuty",
    "ReceptionQuerySet",
    "ReceptionRule",
    "ReceptionState",
    "SelfCheck",
    "Standard",
    "StandardKind",
    "Station",
    "StationKind",
    "StationPhoto",
    "StationQuerySet",
    "UnifiedDay",
    "Weekday",
]
