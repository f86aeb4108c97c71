"""A work order's states and who may move it between them, in one look. No database here.

Source: DOMAIN.md, "Work order". Overdue, urged and escalated are not states but times and counts beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class OrderState(TextChoices):
    ASSIGNED = "assigned", _("Waiting for sign-off on receipt")
    SIGNED = "signed", _("Being handled")
    RETURN_REQUESTED = "return_requested", _("Return asked for")
    PENDING_LEDGER = "pending_ledger", _("On the pending ledger")
    REPLIED = "replied", _("Replied")
    RETURNED = "returned", _("Returned")
    CANCELLED = "cancelled", _("Cancelled")


A, S, R, P = OrderState.ASSIGNED, OrderState.SIGNED, OrderState.RETURN_REQUESTED, OrderState.PENDING_LEDGER
OPEN = [A.value, S.value, R.value, P.value]

HANDLER, HEAD, DISPATCHER, SUPERVISOR = "handler", "head", "dispatcher", "supervisor"
DEPUTY, OFFICER, SYSTEM = "deputy", "officer", "system"
UNIT = frozenset({HANDLER, HEAD})


@dataclass(frozen=True)
class Move:
    """One move: from which states, to which (None: stays), and in which capacity it may be made.

    `leads`: the unit that leads answers to the resident, so this is its alone; a co-unit (协办) gives it an opinion.
    """

    name: str
    label: str | Promise
    sources: frozenset[str]
    target: str | None
    who: frozenset[str]
    leads: bool = False


def _move(
    name: str, label: str | Promise, sources: Iterable[str], target: str | None, who: Iterable[str], leads: bool = False
) -> tuple[str, Move]:
    return name, Move(name, label, frozenset(sources), target, frozenset(who), leads)


MOVES: dict[str, Move] = dict(
    [
        _move("sign", _("Sign for receipt"), [A], S, UNIT),
        _move("hand_to", _("Hand to a handler"), [A, S], None, UNIT),
        _move("contact", _("Record contact with the resident"), [A, S], None, UNIT, leads=True),
        _move("request_return", _("Ask to return"), [A, S], R, UNIT),
        _move("grant_return", _("Grant the return"), [R], OrderState.RETURNED, [DISPATCHER]),
        _move("refuse_return", _("Refuse the return"), [R], None, [DISPATCHER]),  # back to where it was
        _move("request_extension", _("Ask for an extension"), [S], None, UNIT),
        _move("grant_extension", _("Grant the extension"), [S], None, [DISPATCHER]),
        _move("refuse_extension", _("Refuse the extension"), [S], None, [DISPATCHER]),
        _move("propose_ledger", _("Propose for the pending ledger"), [S], None, UNIT, leads=True),
        _move("grant_ledger", _("Put on the pending ledger"), [S], P, [SUPERVISOR]),
        _move("refuse_ledger", _("Refuse the pending ledger"), [S], None, [SUPERVISOR]),
        _move("recheck_ledger", _("Recheck the pending ledger"), [P], None, [SUPERVISOR]),
        _move("clear_ledger", _("Remove from the ledger"), [P], S, [SUPERVISOR, HEAD]),
        _move("draft_reply", _("Draft the reply"), [S], None, UNIT),
        _move("reply", _("Sign and send the reply"), [S], OrderState.REPLIED, [HEAD]),
        _move("urge", _("Urge"), [A, S, P], None, [OFFICER, DISPATCHER, SUPERVISOR, DEPUTY]),
        # Made by the matter's own moves (withdrawn, merged, assigned anew, reply checked), never by itself.
        _move("cancel", _("Cancel"), OPEN, OrderState.CANCELLED, [SYSTEM]),
        _move("take_up", _("Take up again"), [OrderState.CANCELLED], None, [SYSTEM]),  # the cancelling was undone
        _move("send_back", _("Send the reply back"), [OrderState.REPLIED], S, [SYSTEM]),
    ]
)
