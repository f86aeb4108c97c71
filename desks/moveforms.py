"""A form for every move, made from the API's own serializers: one table says what a move takes, for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import User
from accounts.strict import CleanCharField, StrictSerializer
from desks.options import Options
from directory import queries
from directory.calendar import local_day
from directory.models import Membership
from petitions import choices
from petitions.api.commands import WithFiles
from petitions.api.fields import AreaField, CategoryField, ColleagueField, PetitionField, UnitField, UnitListField
from petitions.choices import department_label
from petitions.models import Attachment

Taken = type[StrictSerializer]

LABELS: Final[dict[str, str | Promise]] = {
    "reason": _("Reason"),
    "note": _("Note to the unit"),
    "text": _("Text"),
    "ruling": _("Ruling, with reasons"),
    "category": _("Category"),
    "area": _("Place"),
    "urgency": _("Urgency"),
    "kind": _("Type of petition"),
    "channel": _("Lawful channel where the resident can turn"),
    "into": _("Reference of the main petition"),
    "units": _("Lead unit"),
    "co_units": _("Co-units"),
    "title": _("Title"),
    "handler": _("Handler"),
    "proposed_unit": _("Unit you propose instead"),
    "working_days": _("Working days more"),
    "result_class": _("Class of the reply"),
    "promised_on": _("Promised for (class B)"),
}
OF_MOVE: Final[dict[tuple[str, str], str | Promise]] = {
    ("note", "text"): _("Internal note, for colleagues only"),
    ("answer_on_spot", "text"): _("Your answer to the resident"),
    ("propose_publication", "title"): _("Public title"),
    ("propose_publication", "text"): _("Public text"),
    ("contact", "note"): _("What was said"),
    ("urge", "note"): _("What you ask of the unit"),
    ("approve_reply", "note"): _("Note"),
    ("recheck_ledger", "note"): _("What you found"),
    ("clear_ledger", "note"): _("Why it comes off the ledger"),
    ("reassign", "note"): _("Why another unit"),
    ("reply", "text"): _("The reply, as the resident reads it"),
    ("opinion", "text"): _("The opinion, for the unit that leads"),
    ("draft_reply", "text"): _("The reply, as the resident reads it"),
    ("remark", "text"): _("Your note; the resident and the units read it"),
    ("ask_supervision", "reason"): _("Why it should be supervised"),
    ("unclaim", "reason"): _("Why you follow it no longer"),
    ("supervise", "reason"): _("Why it is put under supervision"),
}


# What a move leads to, where its name alone does not say it.
HINTS: Final[dict[str, str | Promise]] = {
    "propose_ledger": _(
        "For what cannot be solved for now. The supervisor rules; on the ledger no reply is due, and the supervisor "
        "looks at the matter again and again."
    ),
    "grant_ledger": _("On the ledger no reply is due. You are reminded to look at it again."),
    "refuse_ledger": _("The unit goes on, and its deadline stays as it is."),
    "recheck_ledger": _("It stays on the ledger; the next look is set from today."),
    "clear_ledger": _("The unit has it again and replies within its ordinary limit, from today."),
}


@dataclass
class Field:
    """One field as a template shows it."""

    name: str
    label: str
    widget: str
    required: bool
    value: Any = ""
    options: Options = field(default_factory=lambda: Options([]))
    errors: list[str] = field(default_factory=list)
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Kept:
    """A file that is with the answer already, and whether it was marked to be taken off."""

    file: Attachment
    off: bool


@dataclass
class MoveForm:
    """One move's form. `address` is where it is sent; `fields` is empty for a move that takes nothing."""

    name: str
    label: str
    address: str
    fields: list[Field]
    key: str
    order: int | None = None
    files: bool = False
    kept: list[Kept] = field(default_factory=list)  # files that are with the answer already
    wrong_files: list[str] = field(default_factory=list)
    open: bool = False
    error: str = ""
    files_again: bool = False  # those chosen before are gone with the page

    @property
    def hint(self) -> str:
        """What the move leads to, if that must be said."""
        return str(HINTS.get(self.name, ""))

    @property
    def needs(self) -> bool:
        """Whether something must be typed or chosen."""
        return any(each.required for each in self.fields)


class Maker:
    """Makes the forms of one page; what several of them need (units, colleagues) is loaded once."""

    def __init__(self, user: User, now: Any, candidates: list[str]) -> None:
        self.user, self.now, self.candidates = user, now, candidates
        self.drafts: dict[int, Any] = {}
        self.files: dict[int, list[Attachment]] = {}  # by order: those of its answer

    def fields(self, move: str, taken: Taken, typed: Mapping[str, Any], errors: Mapping[str, Any]) -> list[Field]:
        """Return the fields of a move that takes `taken`, with what was typed and what is wrong with it."""
        return [
            self._field(move, name, each, typed.get(name), errors.get(name, ()))
            for name, each in taken().fields.items()
            if not isinstance(each, serializers.ListField) or isinstance(each, UnitListField)  # files are shown apart
        ]

    def kept(self, order: int, typed: Mapping[str, Any]) -> list[Kept]:
        """Return the files that are with the order's answer already, marked as `typed` says."""
        off = {str(number) for number in typed.get("take_off", ())}
        return [Kept(file, str(file.pk) in off) for file in self.files.get(order, ())]

    def _field(self, move: str, name: str, each: serializers.Field, value: Any, errors: Any) -> Field:
        label = OF_MOVE.get((move, name)) or LABELS.get(name, name)
        made = Field(name, str(label), self._widget(each), bool(each.required), value or "", errors=flat(errors))
        if isinstance(each, UnitListField):
            made.widget = "unit" if name == "units" else "units"
            made.options, made.value = self._units, list(value or [])
            made.required = name == "units"
        elif isinstance(each, UnitField):
            made.options = self._units
        elif isinstance(each, CategoryField):
            made.options = Options(choices.categories()[1:])
        elif isinstance(each, AreaField):
            made.options = Options(choices.areas()[1:])
        elif isinstance(each, ColleagueField):
            made.options = self._people
        elif isinstance(each, serializers.ChoiceField):
            made.options = Options([(code, str(words)) for code, words in each.choices.items()])
        if isinstance(each, serializers.IntegerField):
            made.low, made.high = each.min_value, each.max_value
        return made

    @staticmethod
    def _widget(each: serializers.Field) -> str:
        if isinstance(each, CleanCharField):
            return "textarea" if each.multiline else "text"
        if isinstance(each, serializers.DateField):
            return "date"
        if isinstance(each, serializers.IntegerField):
            return "number"
        return "text" if isinstance(each, PetitionField) else "select"

    @cached_property
    def _units(self) -> Options:
        """Units in force, the router's candidates first."""
        today = local_day(self.now)
        known = {
            code: department_label(code)
            for code, unit in queries.snapshot().departments.items()
            if (unit.active_from is None or unit.active_from <= today)
            and (unit.active_until is None or today < unit.active_until)
        }
        first = [(code, known.pop(code)) for code in self.candidates if code in known]
        rest = list(known.items())
        return Options([(str(_("Suggested")), first), (str(_("All units")), rest)] if first else rest)

    @cached_property
    def _people(self) -> Options:
        mine = Membership.objects.filter(user=self.user).values("department")
        found = Membership.objects.filter(department__in=mine, user__is_active=True)
        found = found.select_related("user").defer("user__phone")  # the number is not shown, and would be deciphered
        return Options(sorted({(m.user.username, str(m.user)) for m in found}, key=lambda pair: pair[1]))


def flat(errors: Any) -> list[str]:
    """Error details of DRF as plain sentences, nested ones of lists included."""
    if isinstance(errors, Mapping):
        return [sentence for inner in errors.values() for sentence in flat(inner)]
    if isinstance(errors, list | tuple):
        return [sentence for inner in errors for sentence in flat(inner)]
    return [str(errors)] if errors else []


def takes_files(taken: Taken) -> bool:
    """Whether files come with the move."""
    return issubclass(taken, WithFiles)


def read(taken: Taken, data: Any) -> dict[str, Any]:
    """Return what a browser sent, in the shape `taken` takes: lists as lists, what was left empty left out."""
    found: dict[str, Any] = {}
    for name, each in taken().fields.items():
        if isinstance(each, serializers.ListField):
            if given := [code for code in data.getlist(name) if code]:
                found[name] = list(dict.fromkeys(given))
        elif data.get(name, "") != "" or (each.required and isinstance(each, CleanCharField)):
            found[name] = data.get(name, "")
    return found
