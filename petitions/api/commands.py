"""Every move by name: what it takes and which action makes it. Pages may use the same table."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.datastructures import MultiValueDict
from rest_framework import serializers

from accounts.strict import CleanCharField, StrictSerializer
from directory.models import PetitionKind, Urgency
from dispatch.models import OrderKind, ResultClass, WorkOrder
from petitions import actions
from petitions.api.fields import AreaField, CategoryField, ColleagueField, PetitionField, UnitField, UnitListField
from petitions.api.serializers import LONGEST_TEXT, EvaluateSerializer, SupplementSerializer, WithdrawSerializer

OF_A_REPLY = frozenset({"result_class", "promised_on"})


def words(*, required: bool = True) -> CleanCharField:
    """A text of several lines."""
    return CleanCharField(multiline=True, max_length=LONGEST_TEXT, required=required, allow_blank=not required)


class Nothing(StrictSerializer):
    """No input."""


class Reason(StrictSerializer):
    reason = words()


class OptionalReason(StrictSerializer):
    reason = words(required=False)


class Note(StrictSerializer):
    note = words()


class OptionalNote(StrictSerializer):
    note = words(required=False)


class Text(StrictSerializer):
    text = words()


class Ruling(StrictSerializer):
    ruling = words()


class OptionalRuling(StrictSerializer):
    ruling = words(required=False)


class Classify(StrictSerializer):
    category = CategoryField(required=False)
    area = AreaField(required=False)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False)
    kind = serializers.ChoiceField(choices=PetitionKind.choices, required=False)


class Decline(StrictSerializer):
    reason = words(required=False)
    channel = words(required=False)


class ProposeDecline(StrictSerializer):
    reason = words()
    channel = words()


class Merge(StrictSerializer):
    into = PetitionField()


class Assign(StrictSerializer):
    units = UnitListField(allow_empty=False)
    co_units = UnitListField(required=False)
    note = words(required=False)


class Reassign(Assign):
    note = words()


class Convert(StrictSerializer):
    title = CleanCharField(max_length=120, required=False, allow_blank=True, default="")
    reason = words()


class PublicText(StrictSerializer):
    title = CleanCharField(max_length=120)
    text = words()


class HandTo(StrictSerializer):
    handler = ColleagueField()


class ReturnRequest(StrictSerializer):
    reason = words()
    proposed_unit = UnitField(required=False)


class ExtensionRequest(StrictSerializer):
    reason = words()
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
    text = words()
    result_class = serializers.ChoiceField(choices=ResultClass.choices)
    promised_on = serializers.DateField(required=False, allow_null=True)


class Opinion(WithFiles):
    """A co-unit's, for the unit that leads: words alone. What a reply says beside them is passed over, not refused."""

    text = words()

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
    "answer_on_spot": Command(Text, actions.answer_on_spot),
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
    "note": Command(Text, actions.note),
    # A deputy's
    "unclaim": Command(Reason, actions.unclaim),
    "remark": Command(Text, actions.remark),
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
    "recheck_ledger": Command(Note, actions.recheck_ledger),
    "clear_ledger": Command(Note, actions.clear_ledger),
    "draft_reply": Command(Reply, actions.draft_reply, opinion=Opinion),
    "reply": Command(Reply, actions.reply, opinion=Opinion),
    "urge": Command(Note, actions.urge),
}


def any_of(commands: Mapping[str, Command], name: str) -> type[StrictSerializer]:
    """Return a serializer with every field that one of `commands` takes: for the schema, where the move is a word in
    the address and OpenAPI cannot say which fields go with it."""
    fields: dict[str, serializers.Field] = {}
    for command in commands.values():
        for each, field in command.serializer().get_fields().items():
            fields.setdefault(each, copy.deepcopy(field)).required = False  # none is needed by every move
    return type(name, (StrictSerializer,), {"__doc__": "What the move needs, and nothing else.", **fields})
