"""A petition's journal as a timeline for one kind of reader: labels in words, who acted, what may be read.

One module for pages and API. A reply's words are kept with the reply; the entry that passed it on names it, so
that nobody reads a reply before the station has checked it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts.models import User
from common.prepared import Prepared
from directory import queries
from dispatch.models import Reply
from journal.models import ActorKind, Entry, Visibility
from petitions.lifecycle import MATTER, State
from petitions.models import Petition

FOR_PETITIONER: Final = Visibility.PETITIONER
FOR_EVERYBODY: Final = Visibility.PUBLIC

READABLE: Final = {
    Visibility.PUBLIC: [Visibility.PUBLIC.value],
    Visibility.PETITIONER: [Visibility.PUBLIC.value, Visibility.PETITIONER.value],
    Visibility.STAFF: Visibility.values,
}
# Whose words everybody may read with the entry. What colleagues write to each other is for staff alone: a dispatcher's
# note to the units, what was said on the telephone, what a unit is urged to do.
NOTE_FOR_PUBLIC: Final = frozenset({"approve_reply", "answer_on_spot"})
NOTE_FOR_STAFF: Final = frozenset({"assign", "reassign", "note", "contact", "urge"})

LABELS: Final[dict[str, str | Promise]] = {
    "submit": gettext_lazy("Received"),
    "register": gettext_lazy("Registered at the station"),
    "classify": gettext_lazy("Category, place or urgency corrected"),
    "restrict": gettext_lazy("Put on the restricted route"),
    "release": gettext_lazy("Taken off the restricted route"),
    "answer_on_spot": gettext_lazy("Answered at the station"),
    "propose_decline": gettext_lazy("Proposed not to accept"),
    "refuse_decline": gettext_lazy("Accepted after all"),
    "decline": gettext_lazy("Not accepted"),
    "merge": gettext_lazy("Joined with a petition about the same matter"),
    "merged_from": gettext_lazy("Another petition was joined to this one"),
    "unmerge": gettext_lazy("The joining was undone: it is handled on its own again"),
    "unmerged_from": gettext_lazy("The joining of another petition was undone"),
    "assign": gettext_lazy("Given to a department"),
    "reassign": gettext_lazy("Given to another department"),
    "convert": gettext_lazy("Taken up by a deputy as a suggestion"),
    "sign": gettext_lazy("The department has taken it"),
    "hand_to": gettext_lazy("Handed to a handler"),
    "contact": gettext_lazy("The department has been in contact"),
    "request_return": gettext_lazy("The department asks to return it"),
    "grant_return": gettext_lazy("Another department is being found"),
    "refuse_return": gettext_lazy("Return refused"),
    "request_extension": gettext_lazy("The department asks for more time"),
    "grant_extension": gettext_lazy("More time was granted"),
    "refuse_extension": gettext_lazy("More time was refused"),
    "propose_ledger": gettext_lazy("Proposed for the pending ledger"),
    "grant_ledger": gettext_lazy("It cannot be solved for now: kept on the pending ledger and looked at again"),
    "refuse_ledger": gettext_lazy("Pending ledger refused"),
    "recheck_ledger": gettext_lazy("Looked at again; it stays on the pending ledger"),
    "clear_ledger": gettext_lazy("Taken off the pending ledger"),
    "draft_reply": gettext_lazy("Reply drafted"),
    "reply": gettext_lazy("The department has answered; the station is checking"),
    "opinion": gettext_lazy("A co-unit has given its opinion"),
    "send_back": gettext_lazy("The station sent the answer back to be improved"),
    "approve_reply": gettext_lazy("The answer"),
    "evaluate": gettext_lazy("Judged by the resident"),
    "lapse": gettext_lazy("Concluded without evaluation"),
    "conclude": gettext_lazy("Concluded under supervision"),
    "archive": gettext_lazy("Archived"),
    "reopen": gettext_lazy("Taken up again after a look-back"),
    "supervise": gettext_lazy("Put under supervision"),
    "urge": gettext_lazy("The department was urged"),
    "note": gettext_lazy("Internal note"),
    "claim": gettext_lazy("A deputy follows this matter from now on"),
    "unclaim": gettext_lazy("The deputy follows it no longer"),
    "remark": gettext_lazy("Note of the deputy"),
    "ask_supervision": gettext_lazy("A deputy asks for supervision"),
    "withdraw": gettext_lazy("Withdrawn by the resident"),
    "supplement": gettext_lazy("The resident added"),
    "attach": gettext_lazy("A file was added"),
    "attach_draft": gettext_lazy("A file was put with the draft"),
    "detach": gettext_lazy("A file was taken off the draft"),
    "propose_publication": gettext_lazy("Public text proposed"),
    "publish": pgettext_lazy("timeline", "Published"),
    "refuse_publication": gettext_lazy("Not to be published"),
    "withdraw_publication": gettext_lazy("No longer published"),
    "propose_exclusion": gettext_lazy("Proposed to be left out of the rates"),
    "grant_exclusion": gettext_lazy("Left out of the rates by two people"),
    "refuse_exclusion": gettext_lazy("Kept in the rates"),
    "count_again": gettext_lazy("Counted in the rates again"),
    "order_cancelled": gettext_lazy("Work order ended"),
    "take_up": gettext_lazy("Work order taken up again"),
    "due_soon": gettext_lazy("Reminder: due soon"),
    "sign_overdue": gettext_lazy("Overdue: not signed for"),
    "contact_overdue": gettext_lazy("Overdue: the resident was not contacted in time"),
    "overdue": pgettext_lazy("timeline", "Overdue"),
    "statutory_overdue": gettext_lazy("Overdue by the legal limit"),
    "ruling_overdue": gettext_lazy("Overdue: the department's request waits for a ruling"),
    "recheck_due": gettext_lazy("The pending ledger is due to be looked at again"),
    "register_overdue": gettext_lazy("Overdue: not registered"),
    "triage_overdue": gettext_lazy("Overdue: not assigned"),
    "check_overdue": gettext_lazy("Overdue: reply not checked"),
    "statutory_register_overdue": gettext_lazy("Overdue by the legal limit for registration"),
    "evaluation_reminder": gettext_lazy("Reminder to evaluate"),
    "key_supervision": gettext_lazy("Under key supervision"),
    "look_back": gettext_lazy("Looked back at under key supervision"),
}


REPLIES: Final = Prepared(lambda pks: Reply.objects.filter(pk__among=pks).select_related("order"), list)
ENTRIES: Final = Prepared(
    lambda petition, readable: (
        Entry.objects.filter(matter_type=MATTER, matter_id=petition, visibility__among=readable)
        .select_related("actor")
        .defer("actor__phone")  # nobody needs it here, and it would be deciphered
        .order_by("id")
    ),
    int,
    list,
)


@dataclass(frozen=True)
class Item:
    """One line of a timeline. `data` holds codes and times of the entry; for residents only dates and units."""

    at: datetime
    action: str
    label: str
    by: str
    note: str
    data: dict[str, Any]


def timeline(
    petition: Petition, reader: str = FOR_PETITIONER, *, replies: Iterable[Reply] = (), user: User | None = None
) -> list[Item]:
    """Return what `reader` may see of a petition's history, the oldest first. Two SELECTs at most.

    `reader` is a `journal.Visibility`: PUBLIC for a published petition, PETITIONER, or STAFF. `replies` are those
    that the caller has in hand already. `user` reads back what he or she urged as a deputy, whoever else may not.
    """
    entries = ENTRIES.rows(petition.pk, READABLE[Visibility(reader)])
    found = _replies(entries, {reply.pk: reply for reply in replies})
    return [_item(entry, reader, found, user) for entry in entries]


def of(petition: Petition, *, visibility: str = FOR_PETITIONER) -> list[Item]:
    """Return the same, the newest first, as one follows a parcel."""
    return timeline(petition, visibility)[::-1]


def label(action: str, to_state: str = "") -> str:
    """What an action means in words; for one without words of its own, the state it led to."""
    if action in LABELS:
        return str(LABELS[action])
    return str(State(to_state).label) if to_state in State.values else _("Handling goes on")


def name_of(entry: Entry) -> str:
    """The entry's action; a co-unit's reply has a name of its own, for it answers nobody but the unit that leads."""
    return "opinion" if entry.action == "reply" and entry.data.get("opinion") else entry.action


def unit_label(code: str) -> str:
    """The unit's name in the language now active; its code where it is gone from the directory."""
    unit = queries.department_by_code(code)
    return unit.label if unit else code


def _replies(entries: Iterable[Entry], known: dict[int, Reply]) -> dict[int, Reply]:
    wanted = [pk for entry in entries if entry.action == "approve_reply" for pk in entry.data.get("replies", ())]
    missing = [pk for pk in wanted if pk not in known]
    return known | ({reply.pk: reply for reply in REPLIES.rows(missing)} if missing else {})


def _item(entry: Entry, reader: str, replies: dict[int, Reply], user: User | None) -> Item:
    answered = [replies[pk] for pk in entry.data.get("replies", ()) if pk in replies]
    return Item(
        at=entry.at,
        action=entry.action,
        label=label(name_of(entry), entry.to_state),
        by=_by(entry, reader, answered),
        note=entry.note if _urged_by(user, entry) else _note(entry, reader, answered),
        data=entry.data if reader == Visibility.STAFF else _open_data(entry),
    )


def _open_data(entry: Entry) -> dict[str, Any]:
    """What a resident may see of an entry's data: dates, units, the own judgement."""
    return {name: entry.data[name] for name in ("due_at", "units", "unit", "process", "result") if name in entry.data}


def _by(entry: Entry, reader: str, answered: Sequence[Reply]) -> str:
    """Who acted: staff by name for colleagues; for residents the unit or the office, never a person."""
    if answered:
        return listed(reply.order.department.label for reply in answered)
    if reader == Visibility.STAFF and entry.actor is not None:
        return f"{entry.actor} · {entry.get_actor_kind_display()}"
    if "unit" in entry.data and entry.actor_kind in {ActorKind.HANDLER, ActorKind.HEAD}:
        return unit_label(entry.data["unit"])
    return str(entry.get_actor_kind_display())


def _urged_by(user: User | None, entry: Entry) -> bool:
    """Whether it is this user's own urging, made as a deputy: what one wrote oneself, one may read again."""
    own = user is not None and entry.actor_id == user.pk
    return own and entry.action == "urge" and entry.actor_kind == ActorKind.DEPUTY


def _note(entry: Entry, reader: str, answered: Sequence[Reply]) -> str:
    if reader == Visibility.PUBLIC and entry.action not in NOTE_FOR_PUBLIC:
        return _units(entry)
    if answered:
        return "\n\n".join(reply.text for reply in answered)
    if reader != Visibility.STAFF and entry.action in NOTE_FOR_STAFF:
        return _units(entry)
    if entry.action == "decline":
        return _("%(reason)s Where to turn instead: %(channel)s") % {
            "reason": entry.note,
            "channel": entry.data.get("channel", ""),
        }
    if entry.action in ("key_supervision", "look_back"):
        return _watched(entry)
    if entry.action in ("assign", "reassign"):  # colleagues read the note and to whom it went
        return "\n".join(filter(None, [_units(entry), entry.note]))
    return entry.note or _units(entry)


def _watched(entry: Entry) -> str:
    """Who watches over a key matter, or what was found, and when it is looked at again; staff alone read it."""
    if entry.action == "key_supervision":
        return _("%(name)s looks back on %(day)s") % {"name": entry.note, "day": _day(entry.data.get("look_back_on"))}
    again = entry.data.get("again_on")
    then = _("Looked at again on %(day)s.") % {"day": _day(again)} if again else _("Key supervision has ended.")
    return f"{entry.note}\n{then}"


def _day(written: str | None) -> str:
    return date_format(date.fromisoformat(written), "DATE_FORMAT") if written else "—"


def _units(entry: Entry) -> str:
    """The units an assignment names, in words; and that no person chose them, where none did (PIPL art 24)."""
    named = _named_units(entry)
    if named and entry.action == "assign" and entry.actor_kind == ActorKind.SYSTEM:
        return _("%(units)s. Routed automatically; a person may correct it.") % {"units": named}
    return named


def _named_units(entry: Entry) -> str:
    units = entry.data.get("units")
    if not units:
        return ""
    lead = listed(unit_label(code) for code in units)
    helpers = entry.data.get("co_units")
    if helpers:
        return _("%(lead)s, with %(helpers)s") % {"lead": lead, "helpers": listed(unit_label(code) for code in helpers)}
    return lead


def listed(names: Iterable[str]) -> str:
    """Names in a row: “A, B” or “A、B”. The context keeps it apart from Django's own comma between times."""
    return pgettext("list of names", ", ").join(names)
