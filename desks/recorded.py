"""The journal in words, for the auditor: kinds of matters, what was done, states.

Petitions have their own (`petitions.timeline`). The rest are names in the journal, of apps above and below this one;
what has no words here is shown by its code, never by a wrong word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.references import spoken
from deputies.models.filing import EntryState
from desks.access import desk_of
from journal.models import Entry
from petitions import timeline
from petitions.lifecycle import MATTER, State
from petitions.models import Petition
from stations.lifecycle import DayState, ReceptionState
from stations.models import Appointment, Reception, Visit
from stations.models.appointments import AppointmentState

MATTERS: Final[dict[str, Any]] = {
    MATTER: pgettext_lazy("journal", "Petition"),
    "reception": pgettext_lazy("journal", "Reception"),
    "unified_day": pgettext_lazy("journal", "Unified day"),
    "station": pgettext_lazy("journal", "Station"),
    "appointment": pgettext_lazy("journal", "Appointment"),
    "visit": pgettext_lazy("journal", "Visit"),
    "duty_entry": pgettext_lazy("journal", "Duty entry"),
    "duty_report": pgettext_lazy("journal", "Duty report"),
    "case_round": pgettext_lazy("journal", "Selection of cases"),
    "case": pgettext_lazy("journal", "Case"),
    "export": pgettext_lazy("journal", "Export"),
    "duty_record": pgettext_lazy("journal", "Duty record"),
    "account": pgettext_lazy("journal", "Account"),
    "directory": pgettext_lazy("journal", "Master data"),
}
DONE: Final[dict[str, Any]] = {
    # What administrators do themselves (backoffice.actions).
    "lockout_lifted": _("Lock-out lifted"),
    "sessions_ended": _("Sessions ended"),
    "directory_loaded": _("Master data loaded from files"),
    "ask_export": pgettext_lazy("journal", "File asked for"),
    "export_ready": pgettext_lazy("journal", "File ready"),
    "fetch_export": pgettext_lazy("journal", "File fetched"),
    "remove_export": pgettext_lazy("journal", "File taken away"),
    "planned": pgettext_lazy("journal", "Planned"),
    "changed": pgettext_lazy("journal", "Changed"),
    "published": pgettext_lazy("journal", "Made public"),
    "opened": pgettext_lazy("journal", "Opened"),
    "held": pgettext_lazy("journal", "Held"),
    "closed": pgettext_lazy("journal", "Closed"),
    "cancelled": pgettext_lazy("journal", "Cancelled"),
    "check_filled_in": _("Self-check filled in"),
    "check_sent_in": _("Self-check sent in"),
    "check_inspected": _("Self-check inspected"),
    "meeting_noted": _("Deliberation meeting noted"),
    "photo_added": _("Photo added"),
    "photo_removed": _("Photo taken away"),
    "asked": pgettext_lazy("journal", "Asked for"),
    "booked": pgettext_lazy("journal", "Booked"),
    "confirmed": pgettext_lazy("journal", "Confirmed"),
    "moved": pgettext_lazy("journal", "Moved to another time"),
    "invited": pgettext_lazy("journal", "Invited"),
    "invitation_answered": pgettext_lazy("journal", "Invitation answered"),
    "reminded": pgettext_lazy("journal", "Reminded"),
    "kept": pgettext_lazy("journal", "Came"),
    "missed": pgettext_lazy("journal", "Did not come"),
    "logged": pgettext_lazy("journal", "Written down"),
    "raised": pgettext_lazy("journal", "Became a petition"),
    "fed_back": pgettext_lazy("journal", "Answered"),
    "entered": pgettext_lazy("journal", "Entered"),
    "verified": pgettext_lazy("journal", "Verified"),
    "rejected": pgettext_lazy("journal", "Rejected"),
    "appealed": pgettext_lazy("journal", "Appealed"),
    "appeal_granted": pgettext_lazy("journal", "Appeal granted"),
    "appeal_refused": pgettext_lazy("journal", "Appeal refused"),
    "drafted": pgettext_lazy("journal", "Drafted"),
    "redrafted": pgettext_lazy("journal", "Drafted anew"),
    "edited": pgettext_lazy("journal", "Edited"),
    "handed_in": pgettext_lazy("journal", "Handed in"),
    "sent_back": pgettext_lazy("journal", "Sent back"),
    "convened": pgettext_lazy("journal", "Meeting convened"),
    "codes_issued": pgettext_lazy("journal", "Codes issued"),
    "vote_opened": pgettext_lazy("journal", "Vote opened"),
    "announced": pgettext_lazy("journal", "Result announced"),
    "nominated": pgettext_lazy("journal", "Nominated"),
    "shortlisted": pgettext_lazy("journal", "Shortlist fixed"),
    "honoured": pgettext_lazy("journal", "Honoured"),
    "void": pgettext_lazy("journal", "Vote void"),
}
STATES: Final[dict[str, dict[str, Any]]] = {
    MATTER: dict(State.choices),
    "reception": dict(ReceptionState.choices),
    "unified_day": dict(DayState.choices),
    "appointment": dict(AppointmentState.choices),
    "duty_entry": dict(EntryState.choices),
}
# Of matters without a table here: the state has the name of what led to it, or one of these.
ELSEWHERE: Final[dict[str, Any]] = {
    "noted": pgettext_lazy("journal", "Noted"),
    "answered": pgettext_lazy("journal", "Answered"),
    "draft": pgettext_lazy("journal", "Draft"),
    "checking": pgettext_lazy("journal", "Being checked"),
    "nominating": pgettext_lazy("journal", "Open for nominations"),
    "voting": pgettext_lazy("journal", "Vote under way"),
    "left_out": pgettext_lazy("journal", "Not on the shortlist"),
}


@dataclass(frozen=True)
class Page:
    """Where a kind of matter is worked on: the page's name, what its address holds, and which of them a user opens."""

    name: str
    by: str
    opened_by: Callable[[Any], QuerySet[Any]]


PAGES: Final[dict[str, Page]] = {
    MATTER: Page("desks:matter", "reference", Petition.objects.visible_to),
    "appointment": Page("desks:appointment", "reference", Appointment.objects.visible_to),
    "reception": Page("desks:reception", "pk", Reception.objects.managed_by),
    "visit": Page("desks:visit", "pk", Visit.objects.visible_to),
}


def with_references(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Give each entry the reference by which people know its matter, in the same SELECT: only of the rows shown."""
    petitions = Petition.objects.filter(pk=OuterRef("matter_id")).values("reference")
    appointments = Appointment.objects.filter(pk=OuterRef("matter_id")).values("reference")
    known = Case(
        When(matter_type=MATTER, then=Subquery(petitions)),
        When(matter_type="appointment", then=Subquery(appointments)),
        default=Value(""),
        output_field=CharField(),
    )
    return entries.annotate(reference=known)


def matter(entry: Entry) -> str:
    """The kind of matter with the reference that people use, or its number where it has none."""
    reference: str | None = getattr(entry, "reference", "")
    called = spoken(reference) if reference else entry.matter_id
    return f"{MATTERS.get(entry.matter_type, entry.matter_type)} {called}"


def pages_for(user: Any, entries: Sequence[Entry]) -> dict[tuple[str, int], str]:
    """The addresses of the pages where these matters are worked on, of those alone that open to this user.

    One SELECT for each kind of matter among them; none for an auditor, who has no desk.
    """
    if not desk_of(user).any:
        return {}
    found: dict[tuple[str, int], str] = {}
    for kind, page in PAGES.items():
        if numbers := {entry.matter_id for entry in entries if entry.matter_type == kind}:
            rows = page.opened_by(user).filter(pk__in=numbers).values_list("pk", page.by)
            found |= {(kind, number): reverse(page.name, args=[called]) for number, called in rows}
    return found


def give_pages(user: Any, entries: Sequence[Entry]) -> None:
    """Give each entry its matter's page, as `entry.page`; empty where none opens to this user."""
    found = pages_for(user, entries)
    for entry in entries:
        entry.page = found.get((entry.matter_type, entry.matter_id), "")  # type: ignore[attr-defined]


def what(entry: Entry) -> str:
    """What was done."""
    if entry.matter_type == MATTER:
        return timeline.label(timeline.name_of(entry), entry.to_state)
    return str(DONE.get(entry.action, entry.action))


def states(entry: Entry) -> str:
    """From which state to which, a dash for none."""
    known = {**ELSEWHERE, **STATES[entry.matter_type]} if entry.matter_type in STATES else {**DONE, **ELSEWHERE}
    return " → ".join(str(known.get(each, each)) for each in (entry.from_state, entry.to_state) if each) or "—"
