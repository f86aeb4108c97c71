"""A petition's states and who may move it between them, in one look. No database here.

Source: DOMAIN.md, "Petition". Publication, deadline and satisfaction are separate axes with their own fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dispatch.lifecycle import DEPUTY, DISPATCHER, HEAD, OFFICER, SUPERVISOR, SYSTEM, UNIT

MATTER = "petition"  # this app's matters in the journal and on work orders
RESIDENT, STATION_HEAD = "resident", "station_head"
STATION = frozenset({OFFICER, STATION_HEAD})
COMMISSION = frozenset({DISPATCHER})


class State(TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    REGISTERED = "registered", _("Registered")
    ASSIGNED = "assigned", _("Assigned")
    IN_PROGRESS = "in_progress", _("In progress")
    REPLIED = "replied", _("Replied, being checked")
    AWAITING_EVALUATION = "awaiting_evaluation", _("Waiting for the resident's evaluation")
    REWORK = "rework", _("Being handled again")
    CONCLUDED = "concluded", _("Concluded")
    ARCHIVED = "archived", _("Archived")
    DECLINED = "declined", _("Not accepted")
    MERGED = "merged", _("Merged with another petition")
    CONVERTED = "converted", _("Became a deputy's suggestion")
    WITHDRAWN = "withdrawn", _("Withdrawn")


NEW, REG, ASG, PRG = State.SUBMITTED, State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS
REP, EVA, RWK, CON, ARC = (
    State.REPLIED,
    State.AWAITING_EVALUATION,
    State.REWORK,
    State.CONCLUDED,
    State.ARCHIVED,
)

TRIAGE = frozenset({NEW.value, REG.value})
WITH_UNIT = frozenset({ASG.value, PRG.value, RWK.value})
ENDED = frozenset(
    {
        CON.value,
        ARC.value,
        State.DECLINED.value,
        State.MERGED.value,
        State.CONVERTED.value,
        State.WITHDRAWN.value,
    }
)
OPEN = frozenset(State.values) - ENDED


class Publication(TextChoices):
    """Whether others may read it: a separate axis, and never without the resident's consent."""

    PRIVATE = "private", _("Not public")
    CONSENTED = "consented", _("The resident agrees to publication")
    PROPOSED = "proposed", _("Public text waits for approval")
    PUBLISHED = "published", _("Published")
    REFUSED = "refused", _("Not to be published")


class Rating(TextChoices):
    SATISFIED = "satisfied", _("Satisfied")
    BASICALLY_SATISFIED = "basically_satisfied", _("Basically satisfied")
    DISSATISFIED = "dissatisfied", _("Dissatisfied")


class Exclusion(TextChoices):
    """Whether it counts in the rates: leaving one out takes two people, and is counted in public (DOMAIN.md)."""

    COUNTED = "", _("Counted in the rates")
    PROPOSED = "proposed", _("Proposed to be left out of the rates")
    EXCLUDED = "excluded", _("Left out of the rates")


@dataclass(frozen=True)
class Move:
    """One move: from which states, to which (None: stays or decided by the move), in which capacity."""

    name: str
    label: str | Promise
    sources: frozenset[str]
    target: str | None
    who: frozenset[str]
    # Restricted matters (accusations) take only the moves that say so.
    restricted: bool = False


def _move(
    name: str,
    label: str | Promise,
    sources: Iterable[str],
    target: str | None,
    who: Iterable[str],
    *,
    restricted: bool = False,
) -> tuple[str, Move]:
    return name, Move(name, label, frozenset(sources), target, frozenset(who), restricted)


BEFORE_REPLY = [NEW, REG, ASG, PRG]
HANDLED = [ASG, PRG, RWK]
RATED = [*HANDLED, REP, EVA, CON, ARC]  # what may count in a rate

MOVES: dict[str, Move] = dict(
    [
        # Moves of people
        _move(
            "register",
            _("Register"),
            [NEW],
            REG,
            {*STATION, *COMMISSION, SUPERVISOR, SYSTEM},
            restricted=True,
        ),
        _move("classify", _("Correct category, place or urgency"), [NEW, REG], None, {*STATION, *COMMISSION}),
        _move("restrict", _("Put on the restricted route"), BEFORE_REPLY, REG, {*STATION, *COMMISSION, SYSTEM}),
        _move("release", _("Take off the restricted route"), [REG], None, {SUPERVISOR}, restricted=True),
        _move("answer_on_spot", _("Answer on the spot"), [NEW, REG], EVA, STATION),
        _move("propose_decline", _("Propose not to accept"), [NEW, REG], REG, STATION),
        _move("refuse_decline", _("Accept after all"), [REG], None, COMMISSION),
        _move(
            "decline",
            _("Do not accept"),
            [NEW, REG],
            State.DECLINED,
            {*COMMISSION, SUPERVISOR},
            restricted=True,
        ),
        _move("merge", _("Merge"), BEFORE_REPLY, State.MERGED, {*STATION, *COMMISSION}),
        # Within the hour, back to where it was.
        _move("unmerge", _("Undo the merging"), [State.MERGED], None, {*STATION, *COMMISSION}),
        _move("assign", _("Assign"), [NEW, REG], ASG, {*COMMISSION, SYSTEM}),
        _move("reassign", _("Assign to another unit"), [ASG, PRG], ASG, COMMISSION),
        _move("approve_reply", _("Pass the reply on"), [REP], EVA, {*STATION, *COMMISSION}),
        _move("send_back", _("Send the reply back"), [REP], None, {*STATION, *COMMISSION}),
        _move("supervise", _("Put under supervision"), HANDLED, None, {SUPERVISOR}),
        _move("conclude", _("Conclude under supervision"), [RWK, EVA], CON, {SUPERVISOR}),
        # Back to the units that answered; to triage where there is none, or not any more.
        _move("reopen", _("Reopen after a look-back"), [CON, ARC], None, {SUPERVISOR}),
        _move("convert", _("Turn into a deputy's suggestion"), [REG, ASG, PRG], State.CONVERTED, {DEPUTY}),
        _move(
            "note",
            _("Add an internal note"),
            State.values,
            None,
            {*STATION, *COMMISSION, SUPERVISOR},
            restricted=True,
        ),
        # The deputy's: they follow and press, and change no state (Deputies Law 2025 art 31, 59)
        _move("claim", _("Follow this matter"), [REG, ASG, PRG, REP, RWK], None, {DEPUTY}),
        _move("unclaim", _("Follow it no longer"), State.values, None, {DEPUTY}),
        _move("remark", _("Write to the timeline"), [*BEFORE_REPLY, REP, EVA, RWK, CON], None, {DEPUTY}),
        _move("ask_supervision", _("Ask for supervision"), HANDLED, None, {DEPUTY}),
        # The resident's
        _move("evaluate", _("Evaluate"), [EVA], None, {RESIDENT}),
        _move("withdraw", _("Withdraw"), BEFORE_REPLY, State.WITHDRAWN, {RESIDENT}, restricted=True),
        _move("supplement", _("Add to it"), [*BEFORE_REPLY, REP, EVA, RWK], None, {RESIDENT}, restricted=True),
        _move(
            "withdraw_publication",
            _("Withdraw from publication"),
            State.values,
            None,
            {RESIDENT},
            restricted=True,
        ),
        # Publication
        _move("propose_publication", _("Propose the public text"), State.values, None, {*STATION, *COMMISSION}),
        _move("publish", _("Publish"), State.values, None, {*COMMISSION, SUPERVISOR}),
        _move("refuse_publication", _("Do not publish"), State.values, None, {*COMMISSION, SUPERVISOR}),
        # The rates: one person proposes, another rules
        _move(
            "propose_exclusion",
            _("Propose to leave out of the rates"),
            RATED,
            None,
            {*STATION, *COMMISSION, SUPERVISOR},
        ),
        _move("grant_exclusion", _("Leave out of the rates"), RATED, None, {SUPERVISOR}),
        _move("refuse_exclusion", _("Keep in the rates"), RATED, None, {SUPERVISOR}),
        _move("count_again", _("Count in the rates again"), RATED, None, {SUPERVISOR}),
        # Made by a unit's moves on its order (dispatch.lifecycle) and by the clock
        _move("sign", _("Signed for"), [ASG], PRG, {*UNIT}),
        _move("reply", _("Replied"), [PRG, RWK], REP, {HEAD}),
        _move("grant_return", _("Returned"), [ASG, PRG], REG, COMMISSION),
        _move("lapse", _("Concluded without evaluation"), [EVA], CON, {SYSTEM}),
        _move("archive", _("Archive"), [CON], ARC, {SYSTEM}),
    ]
)
# Offered by the order's own page or by nobody, not as buttons on the petition.
# A deputy claims from a list of its own, where there is not yet a capacity on the petition.
BY_ORDER_OR_CLOCK = frozenset({"claim", "sign", "reply", "grant_return", "lapse", "archive"})
