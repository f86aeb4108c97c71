"""The states of a duty report (述职评议) and who may move it: one table."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from common.lifecycle import Move
from deputies.access import COMMISSION, DEPUTY, STATION

MATTER = "duty_report"


class ReportState(TextChoices):
    DRAFT = "draft", _("Draft")
    CHECKING = "checking", _("Being checked")
    PUBLISHED = "published", _("Published")
    VOTING = "voting", _("Vote under way")
    ANNOUNCED = "announced", _("Result announced")
    VOID = "void", _("Vote void")


DRAFT, CHECKING, PUBLISHED = ReportState.DRAFT, ReportState.CHECKING, ReportState.PUBLISHED
VOTING, ANNOUNCED, VOID = ReportState.VOTING, ReportState.ANNOUNCED, ReportState.VOID
OWNER = frozenset({DEPUTY})
STAFF = STATION | COMMISSION

MOVES: dict[str, Move] = {
    "edit": Move(_("Save"), frozenset({DRAFT}), None, OWNER),
    "redraft": Move(_("Draft anew from the duty file"), frozenset({DRAFT}), None, OWNER),
    "hand_in": Move(_("Hand in for checking"), frozenset({DRAFT}), CHECKING, OWNER),
    "send_back": Move(_("Send back"), frozenset({CHECKING}), DRAFT, STAFF),
    "publish": Move(_("Publish"), frozenset({CHECKING}), PUBLISHED, STAFF),
    # After a void vote another meeting may be called, with another vote.
    "convene": Move(_("Call the meeting"), frozenset({PUBLISHED, VOID}), PUBLISHED, STAFF),
    "issue_codes": Move(_("Print voting codes"), frozenset({PUBLISHED, VOTING}), None, STAFF),
    "invite": Move(_("Send codes to registered voters"), frozenset({PUBLISHED, VOTING}), None, STAFF),
    "open_vote": Move(_("Open the vote"), frozenset({PUBLISHED}), VOTING, STAFF),
    "announce": Move(_("Close the vote and announce the result"), frozenset({VOTING}), None, STAFF),
}
PUBLIC = frozenset({PUBLISHED.value, VOTING.value, ANNOUNCED.value, VOID.value})
