"""The only writer of selections and cases: one verb a function."""

from cases.actions.nominating import CannotNominate, CannotOpen, nominate, open_round, shortlist
from cases.actions.step import CannotMove, NotYours
from cases.actions.voting import announce, code, open_vote

__all__ = [
    "CannotMove",
    "CannotNominate",
    "CannotOpen",
    "NotYours",
    "announce",
    "code",
    "nominate",
    "open_round",
    "open_vote",
    "shortlist",
]
