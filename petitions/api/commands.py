"""Every move by name: what it takes and which action makes it. Pages may use the same table."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from accounts.strict import CleanCharField, StrictSerializer
from directory.models import PetitionKind, Urgency
from dispatch.models import OrderKind, ResultClass, WorkOrder
from petitions import actions
from petitions.api.fields import AreaField, CategoryField, ColleagueField, PetitionField, UnitField, UnitListField
from petitions.api.serializers import LONGEST_TEXT, EvaluateSerializer, SupplementSerializer, WithdrawSerializer

OF_A_REPLY = frozenset({"result_class", "promised_on"})


NO_CLASS = gettext_lazy("Choose the class of the result: A, B, C or D.")
NO_TITLE = gettext_lazy("Give the public text a title.")
REASON = gettext_lazy("Please give the reason: it goes on the record.")


def missing(sentence: str | Promise) -> dict[str, Any]:
    """What is said where a field was left out or left empty: what is wanted, not only that something is."""
    return dict.fromkeys(("required", "blank", "null"), sentence)


def words(sentence: str | Promise) -> CleanCharField:
    """A text of several lines that must not be left out; `sentence` says what to write."""
    return CleanCharField(multiline=True, max_length=LONGEST_TEXT, error_messages=missing(sentence))


def optional_words() -> CleanCharField:
    """A text of several lines, or none."""
    return CleanCharField(multiline=True, max_length=LONGEST_TEXT, required=False, allow_blank=True)


class Nothing(StrictSerializer):
    """No input."""


class Reason(StrictSerializer):
    reason = words(REASON)


class OptionalReason(StrictSerializer):
    reason = optional_words()


class LedgerFinding(StrictSerializer):
    note = words(gettext_lazy("Write what you found: the matter stays on the ledger."))


class OffLedger(StrictSerializer):
    note = words(gettext_lazy("Write why it comes off the ledger."))


class Urging(StrictSerializer):
    note = words(gettext_lazy("Write what you ask of the unit."))


class OptionalNote(StrictSerializer):
    note = optional_words()


class Note(StrictSerializer):
    text = words(gettext_lazy("Write the note."))


class Answer(StrictSerializer):
    text = words(gettext_lazy("Write the answer, as the resident is to read it."))


class Ruling(StrictSerializer):
    ruling = words(gettext_lazy("Write how you rule, and why: it goes on the record."))


class OptionalRuling(StrictSerializer):
    ruling = optional_words()


class Classify(StrictSerializer):
    category = CategoryField(required=False)
    area = AreaField(required=False)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False)
    kind = serializers.ChoiceField(choices=PetitionKind.choices, required=False)


class Decline(StrictSerializer):
    reason = optional_words()
    channel = optional_words()


class ProposeDecline(StrictSerializer):
    reason = words(REASON)
    channel = words(gettext_lazy("Say where the resident can turn instead."))


class Merge(StrictSerializer):
    into = PetitionField()


class Assign(StrictSerializer):
    units = UnitListField(allow_empty=False)
    co_units = UnitListField(required=False)
    note = optional_words()


class Reassign(Assign):
    note = words(gettext_lazy("Write why another unit is to have it."))


class Convert(StrictSerializer):
    title = CleanCharField(max_length=120, required=False, allow_blank=True, default="")
    reason = words(REASON)


class PublicText(StrictSerializer):
    title = CleanCharField(max_length=120, error_messages=missing(NO_TITLE))
    text = words(gettext_lazy("Write the public text."))


class HandTo(StrictSerializer):
    handler = ColleagueField()


class ReturnRequest(StrictSerializer):
    reason = words(gettext_lazy("Write why the unit is not responsible: the dispatcher rules by it."))
    proposed_unit = UnitField(required=False)


class ExtensionRequest(StrictSerializer):
    reason = words(gettext_lazy("Write why more time is needed: the dispatcher rules by it."))
    working_days = serializers.IntegerField(min_value=1, max_value=366)


class WithFiles(StrictSerializer):
    """An answer comes with files, as multipart/form-data; those it has already can be taken off."""

    # What is wrong with a file, an empty one too, the action says.
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        required=False,
        help_text="JPEG, PNG, WebP or PDF; as multipart/form-data",
    )
    take_off = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        help_text="Numbers of files that are with the answer, to be removed",
    )


class Reply(WithFiles):
    text = words(gettext_lazy("Write the reply, as the resident is to read it."))
    result_class = serializers.ChoiceField(choices=ResultClass.choices, error_messages=missing(NO_CLASS))
    promised_on = serializers.DateField(required=False, allow_null=True)


class Opinion(WithFiles):
    """A co-unit's, for the unit that leads: words alone. What a reply says beside them is passed over, not refused."""

    text = words(gettext_lazy("Write the opinion, for the unit that leads."))

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, MultiValueDict):
            data = MultiValueDict({name: data.getlist(name) for name in data if name not in OF_A_REPLY})
        elif isinstance(data, Mapping):
            data = {name: data[name] for name in data if name not in OF_A_REPLY}
        return super().to_internal_value(data)


@dataclass(frozen=True)
class Command:
    """What a move takes, and the action that makes it; `opinion` is what it takes from a co-unit instead."""

    serializer: type[StrictSerializer]
    action: Callable[..., Any]
    opinion: type[StrictSerializer] | None = None

    def taken(self, order: WorkOrder | None = None) -> type[StrictSerializer]:
        """Return the serializer of what the move takes on this order, or on a petition (None)."""
        opines = order is not None and order.kind == OrderKind.CO
        return self.opinion if opines and self.opinion else self.serializer


PETITION_COMMANDS: dict[str, Command] = {
    "register": Command(Nothing, actions.register),
    "classify": Command(Classify, actions.classify),
    "restrict": Command(OptionalReason, actions.restrict),
    "release": Command(Reason, actions.release),
    "answer_on_spot": Command(Answer, actions.answer_on_spot),
    "propose_decline": Command(ProposeDecline, actions.propose_decline),
    "refuse_decline": Command(Reason, actions.refuse_decline),
    "decline": Command(Decline, actions.decline),
    "merge": Command(Merge, actions.merge),
    "unmerge": Command(Nothing, actions.unmerge),
    "assign": Command(Assign, actions.assign),
    "reassign": Command(Reassign, actions.reassign),
    "approve_reply": Command(OptionalNote, actions.approve_reply),
    "send_back": Command(Reason, actions.send_back),
    "supervise": Command(Reason, actions.supervise),
    "conclude": Command(Reason, actions.conclude),
    "reopen": Command(Reason, actions.reopen),
    "convert": Command(Convert, actions.convert),
    "note": Command(Note, actions.note),
    # A deputy's
    "unclaim": Command(Reason, actions.unclaim),
    "remark": Command(Note, actions.remark),
    "ask_supervision": Command(Reason, actions.ask_supervision),
    "propose_publication": Command(PublicText, actions.propose_publication),
    "publish": Command(Nothing, actions.publish),
    "refuse_publication": Command(Reason, actions.refuse_publication),
    "propose_exclusion": Command(Reason, actions.propose_exclusion),
    "grant_exclusion": Command(Ruling, actions.grant_exclusion),
    "refuse_exclusion": Command(Ruling, actions.refuse_exclusion),
    "count_again": Command(Reason, actions.count_again),
    # A resident who signed in by a one-time code makes the same moves here.
    "evaluate": Command(EvaluateSerializer, actions.evaluate),
    "withdraw": Command(WithdrawSerializer, actions.withdraw),
    "supplement": Command(SupplementSerializer, actions.supplement),
    "withdraw_publication": Command(Nothing, actions.withdraw_publication),
}


def _ruling(kind: str, granted: bool) -> Callable[..., Any]:
    return partial(actions.rule, kind=kind, granted=granted)


ORDER_COMMANDS: dict[str, Command] = {
    "sign": Command(Nothing, actions.sign),
    "hand_to": Command(HandTo, actions.hand_to),
    "contact": Command(OptionalNote, actions.contact),
    "request_return": Command(ReturnRequest, actions.request_return),
    "grant_return": Command(OptionalRuling, _ruling("return", True)),
    "refuse_return": Command(Ruling, _ruling("return", False)),
    "request_extension": Command(ExtensionRequest, actions.request_extension),
    "grant_extension": Command(Ruling, _ruling("extension", True)),
    "refuse_extension": Command(Ruling, _ruling("extension", False)),
    "propose_ledger": Command(Reason, actions.propose_ledger),
    "grant_ledger": Command(Ruling, _ruling("ledger", True)),
    "refuse_ledger": Command(Ruling, _ruling("ledger", False)),
    "recheck_ledger": Command(LedgerFinding, actions.recheck_ledger),
    "clear_ledger": Command(OffLedger, actions.clear_ledger),
    "draft_reply": Command(Reply, actions.draft_reply, opinion=Opinion),
    "reply": Command(Reply, actions.reply, opinion=Opinion),
    "urge": Command(Urging, actions.urge),
}


def any_of(commands: Mapping[str, Command], name: str) -> type[StrictSerializer]:
    """Return a serializer with every field that one of `commands` takes: for the schema, where the move is a word in
    the address and OpenAPI cannot say which fields go with it."""
    fields: dict[str, serializers.Field] = {}
    for command in commands.values():
        for each, field in command.serializer().get_fields().items():
            fields.setdefault(each, copy.deepcopy(field)).required = False  # none is needed by every move
    return type(name, (StrictSerializer,), {"__doc__": "What the move needs, and nothing else.", **fields})
