"""The states of a selection of outstanding cases (优秀案例评选) and who may move it: one table."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from common.lifecycle import Move
from deputies.access import COMMISSION, DEPUTY, STATION

MATTER = "case_round"
CASE = "case"


class RoundState(TextChoices):
    NOMINATING = "nominating", _("Open for nominations")
    SHORTLISTED = "shortlisted", _("Shortlist fixed")
    VOTING = "voting", _("Vote under way")
    HONOURED = "honoured", _("Cases honoured")
    VOID = "void", _("Vote void")


class CaseState(TextChoices):
    NOMINATED = "nominated", _("Nominated")
    SHORTLISTED = "shortlisted", _("On the shortlist")
    LEFT_OUT = "left_out", _("Not on the shortlist")
    HONOURED = "honoured", _("Honoured")


class Voters(TextChoices):
    PUBLIC = "public", _("Everybody, with a code by SMS")
    DEPUTIES = "deputies", _("Deputies")


NOMINATING, SHORTLISTED, VOTING = RoundState.NOMINATING, RoundState.SHORTLISTED, RoundState.VOTING
MOVES: dict[str, Move] = {
    "nominate": Move(_("Nominate a case"), frozenset({NOMINATING}), None, STATION | COMMISSION | {DEPUTY}),
    # Fixed anew as often as needed, until the vote opens.
    "shortlist": Move(_("Fix the shortlist"), frozenset({NOMINATING, SHORTLISTED}), SHORTLISTED, COMMISSION),
    "open_vote": Move(_("Open the vote"), frozenset({SHORTLISTED, RoundState.VOID}), VOTING, COMMISSION),
    "code": Move(_("Show my voting code"), frozenset({VOTING}), None, frozenset({DEPUTY})),
    "announce": Move(_("Close the vote and honour the cases"), frozenset({VOTING}), None, COMMISSION),
}
PUBLIC = frozenset({VOTING.value, RoundState.HONOURED.value, RoundState.VOID.value})
