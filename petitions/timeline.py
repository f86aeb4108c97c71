"""The story of a petition for those who may read it, from the journal: what was done, by whom, when, what was said.

Newest first, as one follows a parcel. A reply's words are kept with the reply; the journal entry that passed it
on names it, so that nobody reads a reply before the station has checked it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.models import Reply
from journal.models import ActorKind, Entry, Visibility
from petitions.lifecycle import MATTER, State
from petitions.models import Petition

FOR_PETITIONER: Final = (Visibility.PUBLIC, Visibility.PETITIONER)
FOR_EVERYBODY: Final = (Visibility.PUBLIC,)

LABELS: Final[dict[str, str | Promise]] = {
    "submit": gettext_lazy("Received"),
    "register": gettext_lazy("Registered at the station"),
    "assign": gettext_lazy("Given to a department"),
    "reassign": gettext_lazy("Given to another department"),
    "sign": gettext_lazy("The department has taken it"),
    "contact": gettext_lazy("The department got in touch with you"),
    "reply": gettext_lazy("The department has answered; the station is checking"),
    "approve_reply": gettext_lazy("The answer"),
    "answer_on_spot": gettext_lazy("Answered at the station"),
    "send_back": gettext_lazy("The station sent the answer back to be improved"),
    "evaluate": gettext_lazy("You judged the answer"),
    "supplement": gettext_lazy("You added"),
    "attach": gettext_lazy("A file was added"),
    "withdraw": gettext_lazy("You withdrew the petition"),
    "merge": gettext_lazy("Joined with a petition about the same matter"),
    "decline": gettext_lazy("Not accepted"),
    "convert": gettext_lazy("Became a deputy’s suggestion"),
    "grant_return": gettext_lazy("Another department is being found"),
    "grant_extension": gettext_lazy("More time was granted"),
    "ledger": gettext_lazy("Put on the long-term list"),
    "supervise": gettext_lazy("Put under supervision"),
    "conclude": gettext_lazy("Concluded"),
    "lapse": gettext_lazy("Concluded without evaluation"),
    "reopen": gettext_lazy("Taken up again after a look-back"),
    "publish": gettext_lazy("Published"),
    "withdraw_publication": gettext_lazy("No longer published"),
}


@dataclass(frozen=True)
class Step:
    """One line of the story."""

    at: datetime
    action: str
    label: str
    by: str
    note: str


def of(petition: Petition, *, visibility: Collection[str] = FOR_PETITIONER) -> list[Step]:
    """Return the steps that this reader may see, newest first; two SELECTs at most."""
    entries = list(
        Entry.objects.filter(matter_type=MATTER, matter_id=petition.pk, visibility__in=visibility).order_by("-id")
    )
    replies = _replies(entries)
    # In public the resident's own additions and judgements keep their words out.
    silent = {"evaluate", "supplement", "withdraw"} if visibility == FOR_EVERYBODY else set()
    return [
        Step(
            at=entry.at,
            action=entry.action,
            label=label(entry.action, entry.to_state),
            by=_by(entry),
            note="" if entry.action in silent else _words(entry, replies),
        )
        for entry in entries
    ]


def label(action: str, to_state: str = "") -> str:
    """What an action means to a resident; for one without words of its own, the state it led to."""
    if action in LABELS:
        return str(LABELS[action])
    return str(State(to_state).label) if to_state in State.values else _("Handling goes on")


def _replies(entries: Iterable[Entry]) -> dict[int, Reply]:
    numbers = [number for entry in entries for number in entry.data.get("replies", [])]
    if not numbers:
        return {}
    return Reply.objects.select_related("order__department").in_bulk(numbers)


def _words(entry: Entry, replies: dict[int, Reply]) -> str:
    said = [replies[number].text for number in entry.data.get("replies", []) if number in replies]
    return "\n\n".join([*said, *([entry.note] if entry.note else [])])


def _by(entry: Entry) -> str:
    return "" if entry.actor_kind == ActorKind.SYSTEM else str(entry.get_actor_kind_display())
