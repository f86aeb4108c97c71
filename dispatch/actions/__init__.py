"""The only writer of work orders, units' requests and replies. One verb a function.

Every verb locks the order, checks the move table and the actor's capacity, saves only what it changed, winds
the clock and writes the journal of the order's matter, all in one transaction. The caller (petitions today,
suggestions later) has locked its own row before and passes `matter_move`, the states of the matter itself.
"""

from dispatch.actions.alerts import Sweep, give_alerts
from dispatch.actions.orders import (
    CannotUrge,
    cancel,
    contact,
    hand_to,
    open_order,
    sign,
    take_up,
    urge,
)
from dispatch.actions.replies import CannotReply, draft_reply, reply, send_back
from dispatch.actions.requests import (
    CannotAsk,
    CannotRule,
    clear_ledger,
    propose_ledger,
    recheck_ledger,
    request_extension,
    request_return,
    rule,
)
from dispatch.actions.step import CannotMove

__all__ = [
    "CannotAsk",
    "CannotMove",
    "CannotReply",
    "CannotRule",
    "CannotUrge",
    "Sweep",
    "cancel",
    "clear_ledger",
    "contact",
    "draft_reply",
    "give_alerts",
    "hand_to",
    "open_order",
    "propose_ledger",
    "recheck_ledger",
    "reply",
    "request_extension",
    "request_return",
    "rule",
    "send_back",
    "sign",
    "take_up",
    "urge",
]
