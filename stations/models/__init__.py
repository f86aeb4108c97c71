"""Stations, receptions and who is on duty. Written by `stations.actions` only."""

from stations.lifecycle import DayState, NoticeException, ReceptionState
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
    "DayState",
    "NoticeException",
    "OpeningHours",
    "Reception",
    "ReceptionDuty",
    "ReceptionQuerySet",
    "ReceptionState",
    "Station",
    "StationKind",
    "StationPhoto",
    "StationQuerySet",
    "UnifiedDay",
    "Weekday",
]
