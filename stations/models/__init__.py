"""Stations, receptions, codes and what is asked of a station. Written by `stations.actions` only."""

from stations.lifecycle import DayState, NoticeException, ReceptionState
from stations.models.appointments import (
    Appointment,
    AppointmentState,
    Invitation,
    InvitationState,
    Occasion,
)
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
from stations.models.visits import CheckIn, Confidentiality, Feedback, Outcome, Visit, VisitPhoto

__all__ = [
    "Appointment",
    "AppointmentState",
    "CalendarLink",
    "CheckAnswer",
    "CheckIn",
    "CheckPhoto",
    "CheckState",
    "CodeScans",
    "Confidentiality",
    "DayState",
    "Feedback",
    "Invitation",
    "InvitationState",
    "MeetingHeld",
    "NoticeException",
    "Occasion",
    "OpeningHours",
    "OpinionCode",
    "Outcome",
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
    "Visit",
    "VisitPhoto",
    "Weekday",
]
