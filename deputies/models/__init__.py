"""Deputies, their groups, their duty file and its points. Each file one subject; import from here."""

from deputies.models.deputy import Deputy, DeputyLevel, DeputyQuerySet
from deputies.models.filing import Appeal, AppealState, DutyEntry, EntryState, Evidence
from deputies.models.group import DeputyGroup, GroupKind
from deputies.models.records import DutyRecord, DutyTotal
from deputies.models.rules import DutyPart, DutyPolicy, Period, Rhythm, ScoringRule

__all__ = [
    "Appeal",
    "AppealState",
    "Deputy",
    "DeputyGroup",
    "DeputyLevel",
    "DeputyQuerySet",
    "DutyEntry",
    "DutyPart",
    "DutyPolicy",
    "DutyRecord",
    "DutyTotal",
    "EntryState",
    "Evidence",
    "GroupKind",
    "Period",
    "Rhythm",
    "ScoringRule",
]
