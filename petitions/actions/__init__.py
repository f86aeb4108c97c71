"""The only writer of petitions. One verb a function; pages, API and tasks call the same ones.

Every verb locks the petition, checks the move table (`lifecycle.MOVES`) and the actor's capacity
(`access.resolve`), saves only what it changed and writes the journal, in one transaction. A refusal raises a
subclass of `journal.refusals.Refused` with a sentence for the person who asked.
"""

from petitions.access import PETITIONER
from petitions.actions.alerts import give_alerts
from petitions.actions.answer_files import WrongFiles, forget_files
from petitions.actions.attachments import CannotAttach, attach
from petitions.actions.claiming import CannotClaim, CannotPress, ask_supervision, claim, remark, unclaim
from petitions.actions.exclusion import (
    CannotExclude,
    count_again,
    grant_exclusion,
    propose_exclusion,
    refuse_exclusion,
)
from petitions.actions.handling import (
    clear_ledger,
    contact,
    draft_reply,
    hand_to,
    propose_ledger,
    recheck_ledger,
    reply,
    request_extension,
    request_return,
    rule,
    sign,
    urge,
)
from petitions.actions.intake import CannotSubmit, Intake, submit
from petitions.actions.merging import CannotMerge, merge, unmerge
from petitions.actions.notes import note
from petitions.actions.outcome import (
    CannotEvaluate,
    answer_on_spot,
    approve_reply,
    archive,
    conclude,
    evaluate,
    lapse,
    reopen,
    send_back,
    supervise,
)
from petitions.actions.publication import CannotPublish, propose_publication, publish, refuse_publication
from petitions.actions.resident import CannotSupplement, supplement, withdraw, withdraw_publication
from petitions.actions.step import CannotMove, NotYours
from petitions.actions.support import CannotSupport, support, take_back_support
from petitions.actions.triage import (
    CannotAssign,
    CannotDecline,
    assign,
    classify,
    convert,
    decline,
    propose_decline,
    reassign,
    refuse_decline,
    register,
    release,
    restrict,
    route,
)
from petitions.actions.visits import add_visit_photo, raise_visit, receive

__all__ = [
    "PETITIONER",
    "CannotAssign",
    "CannotAttach",
    "CannotClaim",
    "CannotDecline",
    "CannotEvaluate",
    "CannotExclude",
    "CannotMerge",
    "CannotMove",
    "CannotPress",
    "CannotPublish",
    "CannotSubmit",
    "CannotSupplement",
    "CannotSupport",
    "Intake",
    "NotYours",
    "WrongFiles",
    "add_visit_photo",
    "answer_on_spot",
    "approve_reply",
    "archive",
    "ask_supervision",
    "assign",
    "attach",
    "claim",
    "classify",
    "clear_ledger",
    "conclude",
    "contact",
    "convert",
    "count_again",
    "decline",
    "draft_reply",
    "evaluate",
    "forget_files",
    "give_alerts",
    "grant_exclusion",
    "hand_to",
    "lapse",
    "merge",
    "note",
    "propose_decline",
    "propose_exclusion",
    "propose_ledger",
    "propose_publication",
    "publish",
    "raise_visit",
    "reassign",
    "receive",
    "recheck_ledger",
    "refuse_decline",
    "refuse_exclusion",
    "refuse_publication",
    "register",
    "release",
    "remark",
    "reopen",
    "reply",
    "request_extension",
    "request_return",
    "restrict",
    "route",
    "rule",
    "send_back",
    "sign",
    "submit",
    "supervise",
    "supplement",
    "support",
    "take_back_support",
    "unclaim",
    "unmerge",
    "urge",
    "withdraw",
    "withdraw_publication",
]
