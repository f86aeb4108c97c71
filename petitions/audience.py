"""Who is told what when something happens to a petition. Journal entry in, messages out; nothing is sent here.

Residents get text messages at the few turns that matter to them; staff find everything in their inbox. A
message holds the reference and no name, number or words of the resident's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import User
from directory import queries
from directory.models import Area, Membership, Office
from dispatch.lifecycle import DISPATCHER, HEAD, SUPERVISOR
from journal.models import Entry
from notifications.actions import Message
from notifications.models import Channel
from petitions.models import Petition
from petitions.timeline import LABELS, listed, name_of, unit_label

# What the resident reads in a text message, by action. `%(...)s` come from `_words`.
TO_RESIDENT: dict[str, str | Promise] = {
    "submit": _(
        "Your petition %(reference)s has arrived. Follow it with this reference and the last four digits of your "
        "telephone number: %(url)s"
    ),
    "assign": _("Your petition %(reference)s was assigned to %(units)s. An answer is due by %(due)s."),
    "reassign": _("Your petition %(reference)s was passed on to %(units)s. An answer is due by %(due)s."),
    "grant_return": _("Your petition %(reference)s is being assigned anew; we will tell you to whom."),
    "grant_extension": _("Your petition %(reference)s needs more time: an answer is due by %(due)s. Reason: %(note)s"),
    "grant_ledger": _(
        "Your petition %(reference)s cannot be solved for now. It stays on the list and will be looked at again. "
        "Reason: %(note)s"
    ),
    "clear_ledger": _("Your petition %(reference)s is being handled again."),
    "approve_reply": _("Your petition %(reference)s has a reply. Please read and evaluate it: %(url)s"),
    "answer_on_spot": _("Your petition %(reference)s was answered. Please read and evaluate it: %(url)s"),
    "evaluation_reminder": _("Your petition %(reference)s is waiting for your evaluation until %(due)s: %(url)s"),
    "evaluate": _("Thank you for evaluating your petition %(reference)s."),
    "lapse": _("Your petition %(reference)s was concluded without an evaluation."),
    "conclude": _("Your petition %(reference)s was concluded. Reason: %(note)s"),
    "reopen": _("Your petition %(reference)s was looked at once more and is being handled again."),
    "decline": _("Your petition %(reference)s was not accepted. The reason and where to turn instead: %(url)s"),
    "merge": _(
        "Your petition %(reference)s was joined with another one on the same matter, %(into)s. You can go on "
        "following it here: %(url)s"
    ),
    "unmerge": _("Your petition %(reference)s is handled on its own again. Follow it here: %(url)s"),
    "convert": _("Your petition %(reference)s was taken up by a deputy as a suggestion."),
    "claim": _("A deputy follows your petition %(reference)s from now on: %(url)s"),
    "supervise": _("Your petition %(reference)s was put under supervision."),
    "publish": _("Your petition %(reference)s was published, in the words that staff have checked: %(url)s"),
}

# Who of the staff finds it in the inbox, by action. An alert's level adds those above (see `_escalated`).
STATION, UNITS, LEAD, HEADS, DISPATCHERS, SUPERVISORS, DEPUTY, NAMED = (
    "station",
    "units",
    "lead",
    "heads",
    "dispatchers",
    "supervisors",
    "deputy",
    "named",
)
TO_STAFF: dict[str, tuple[str, ...]] = {
    "submit": (STATION,),
    "register": (DISPATCHERS,),
    "restrict": (SUPERVISORS,),
    "release": (DISPATCHERS,),
    "propose_decline": (DISPATCHERS,),
    "refuse_decline": (STATION,),
    "assign": (UNITS, DEPUTY),
    "reassign": (UNITS, STATION, DEPUTY),
    "request_return": (DISPATCHERS,),
    "grant_return": (UNITS, DISPATCHERS),
    "refuse_return": (UNITS,),
    "request_extension": (DISPATCHERS,),
    "grant_extension": (UNITS,),
    "refuse_extension": (UNITS,),
    "propose_ledger": (SUPERVISORS,),
    "grant_ledger": (UNITS,),
    "refuse_ledger": (UNITS,),
    "clear_ledger": (UNITS,),
    "draft_reply": (HEADS,),
    "reply": (STATION, DEPUTY),
    "opinion": (LEAD,),
    "send_back": (UNITS,),
    "evaluate": (UNITS, STATION, DEPUTY),
    "supplement": (UNITS, STATION),
    "withdraw": (STATION,),
    "supervise": (UNITS, DEPUTY),
    "key_supervision": (UNITS, NAMED),
    "look_back": (UNITS,),
    "claim": (STATION,),
    "unclaim": (STATION,),
    "remark": (STATION,),
    "ask_supervision": (SUPERVISORS,),
    "approve_reply": (DEPUTY,),
    "reopen": (UNITS, STATION),
    "urge": (UNITS,),
    "propose_publication": (DISPATCHERS,),
    "propose_exclusion": (SUPERVISORS,),
    "due_soon": (UNITS,),
    "sign_overdue": (UNITS,),
    "contact_overdue": (UNITS,),
    "overdue": (UNITS,),
    "statutory_overdue": (UNITS, DISPATCHERS, SUPERVISORS),
    "ruling_overdue": (DISPATCHERS,),
    "recheck_due": (SUPERVISORS,),
    "register_overdue": (STATION,),
    "triage_overdue": (DISPATCHERS,),
    "check_overdue": (STATION,),
    "statutory_register_overdue": (STATION, DISPATCHERS, SUPERVISORS),
    "order_cancelled": (UNITS,),
    "take_up": (UNITS,),
    "unmerge": (STATION, DISPATCHERS),
}


class People:
    """Who holds which office and who belongs to which unit, asked once for all entries told of together."""

    def __init__(self) -> None:
        self._found: dict[Any, list[User]] = {}

    def members(self, units: Sequence[int], role: str = "") -> list[User]:
        """Those who belong to the units (of this role)."""
        key = (*sorted(units), role)
        if key not in self._found:
            found = Membership.objects.filter(department__in=units, **({"role": role} if role else {}))
            self._found[key] = [membership.user for membership in found.select_related("user")]
        return self._found[key]

    def office(self, role: str, area: Area) -> list[User]:
        """Those who hold the office for the area or one above it; the nearest area's only."""
        key = (role, area.code)
        if key not in self._found:
            found = Office.objects.filter(role=role, area__code__in=area.lineage()).select_related("user", "area")
            nearest = max((office.area.path.count(".") for office in found), default=0)
            self._found[key] = [office.user for office in found if office.area.path.count(".") == nearest]
        return self._found[key]


@dataclass(frozen=True)
class _Case:
    """One entry with its petition, and the address under which the resident follows it."""

    entry: Entry
    petition: Petition
    site: str
    people: People

    @property
    def event(self) -> str:
        """The same for every attempt to tell of this entry."""
        return f"journal:{self.entry.pk}"


def messages_for(entry: Entry, petition: Petition, *, site: str, people: People | None = None) -> list[Message]:
    """Return whom an entry concerns and in what words; four SELECTs at most. Empty for most entries.

    `site` is the portal's address; `people` remembers those found for other entries told of now. Nobody is told of
    what they did themselves.
    """
    case = _Case(entry, petition, site, people or People())
    return [*_resident(case), *_staff(case)]


def _resident(case: _Case) -> Iterable[Message]:
    contact, template = case.petition.contact, TO_RESIDENT.get(case.entry.action)
    if template is None or not contact.phone:
        return
    with override(contact.language):
        yield Message(
            event=case.event,
            channel=Channel.SMS,
            contact_id=contact.pk,
            language=contact.language,
            body=str(template) % _words(case),
        )


def _words(case: _Case) -> dict[str, Any]:
    data, petition = case.entry.data, case.petition
    # A limit ends at a midnight: the last day is the one before, as on the pages.
    due = petition.due_at and timezone.localtime(petition.due_at) - timedelta(microseconds=1)
    return {
        "reference": petition.spoken_reference,
        "url": f"{case.site}/follow/?reference={petition.reference}",
        "units": listed(unit_label(code) for code in data.get("units", ())),
        "due": date_format(due, "DATE_FORMAT") if due else "—",
        "note": case.entry.note,
        "into": data.get("into", ""),
    }


def _staff(case: _Case) -> Iterable[Message]:
    name = name_of(case.entry)
    groups = [*TO_STAFF.get(name, ()), *_escalated(case.entry)]
    if not groups:
        return
    for user in _people(case, groups):
        if user.pk == case.entry.actor_id:
            continue
        with override(user.language):
            label = LABELS.get(name, name)
            yield Message(
                event=case.event,
                channel=Channel.INBOX,
                user_id=user.pk,
                language=user.language,
                subject=f"{case.petition.spoken_reference} {label}",
                body=case.petition.title,
                url=f"/desk/petitions/{case.petition.reference}/",
            )


def _escalated(entry: Entry) -> list[str]:
    """The levels of an alert: 1 the unit's head, 2 the dispatcher, 3 the supervisor."""
    level = entry.data.get("level", 0) if entry.action.endswith("overdue") else 0
    return [group for rung, group in ((1, HEADS), (2, DISPATCHERS), (3, SUPERVISORS)) if level >= rung]


def _people(case: _Case, groups: Sequence[str]) -> list[User]:
    found: dict[int, User] = {}
    for group in dict.fromkeys(groups):
        for user in FINDERS[group](case):
            if user.is_active:
                found[user.pk] = user
    return _who_may_read(case, list(found.values()))


def _who_may_read(case: _Case, users: list[User]) -> list[User]:
    """A restricted matter is told to supervisors only, whatever the table says."""
    if not case.petition.restricted:
        return users
    allowed = {user.pk for user in _office(case, SUPERVISOR)}
    return [user for user in users if user.pk in allowed]


def _station(case: _Case) -> list[User]:
    station = case.petition.station
    return (
        [user for user in (station.officer, station.head) if user is not None] if station else _office(case, DISPATCHER)
    )


def _unit_codes(case: _Case) -> list[str]:
    """The units an entry is about; failing that, the one that leads."""
    data = case.entry.data
    named = [*data.get("units", ()), *data.get("co_units", ()), *([data["unit"]] if "unit" in data else [])]
    lead = case.petition.lead_unit
    return named or ([lead.code] if lead else [])


def _members(case: _Case, role: str = "") -> list[User]:
    units = [unit.pk for code in _unit_codes(case) if (unit := queries.department_by_code(code))]
    return case.people.members(units, role) if units else []


def _lead(case: _Case) -> list[User]:
    lead = case.petition.lead_unit
    return case.people.members([lead.pk]) if lead else []


def _office(case: _Case, role: str) -> list[User]:
    return case.people.office(role, case.petition.area)


def _deputy(case: _Case) -> list[User]:
    """The deputy named on it, and whoever follows it."""
    claimed = [claim.deputy for claim in case.petition.claims.all() if claim.ended_at is None]
    named = [case.petition.deputy, *claimed]
    return [deputy.user for deputy in named if deputy is not None and deputy.user is not None]


def _named(case: _Case) -> list[User]:
    """The supervisor whom an entry names."""
    return list(User.objects.filter(pk=case.entry.data.get("supervisor")))


FINDERS: dict[str, Callable[[_Case], list[User]]] = {
    STATION: _station,
    UNITS: _members,
    LEAD: _lead,
    HEADS: lambda case: _members(case, role=HEAD),
    DISPATCHERS: lambda case: _office(case, DISPATCHER),
    SUPERVISORS: lambda case: _office(case, SUPERVISOR),
    DEPUTY: _deputy,
    NAMED: _named,
}
