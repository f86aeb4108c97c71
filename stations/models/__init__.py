"""Stations, receptions and who is on duty. Written by `stations.actions` only."""

from stations.lifecycle import DayState, NoticeException, ReceptionState
from stations.models.appointments import (
    Appointment,
    AppointmentState,
    Invitation,
    InvitationState,
    Occasion,
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
from stations.models.visits import CheckIn, Confidentiality, Feedback, Outcome, Visit, VisitPhoto

__all__ = [
    "Appointment",
    "AppointmentState",
    "CheckIn",
    "Confidentiality",
    "DayState",
    "Feedback",
    "Invitation",
    "InvitationState",
    "NoticeException",
    "Occasion",
    "OpeningHours",
    "Outcome",
    "Reception",
    "ReceptionDuty",
    "ReceptionQuerySet",
    "ReceptionState",
    "Station",
    "StationKind",
    "StationPhoto",
    "StationQuerySet",
    "UnifiedDay",
    "Visit",
    "VisitPhoto",
    "Weekday",
]
