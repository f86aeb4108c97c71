"""The only writer of duty reports: one verb a function."""

from appraisals.actions.step import CannotMove, NotYours
from appraisals.actions.voting import announce, convene, invite, issue_codes, open_vote
from appraisals.actions.writing import CannotDraft, edit, hand_in, publish, redraft, send_back, start

__all__ = [
    "CannotDraft",
    "CannotMove",
    "NotYours",
    "announce",
    "convene",
    "edit",
    "hand_in",
    "invite",
    "issue_codes",
    "open_vote",
    "publish",
    "redraft",
    "send_back",
    "start",
]
