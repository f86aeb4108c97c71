"""The vote on a shortlist, and the honours."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from ballots import actions as ballots
from ballots.codes import spoken
from ballots.models import PollState
from ballots.wording import both
from cases.actions.step import CannotMove, Step, begin
from cases.lifecycle import CASE, MATTER, CaseState, RoundState, Voters
from cases.models import Case, Round
from deputies.access import scope_of

MARK = "for"


@transaction.atomic
def open_vote(*, round: Round, by: User, now: datetime) -> Round:
    """Open the secret vote on the shortlist; after a void vote, once more."""
    step = begin(round, "open_vote", by=by, now=now)
    listed = list(step.round.cases.on_ballot().order_by("id"))
    if len(listed) <= step.round.places:
        raise CannotMove(_("Too few cases of the shortlist are still public. Fix it anew."))
    poll = ballots.create_poll(
        subject_type=MATTER,
        subject_id=step.round.pk,
        question=step.round.title,
        question_en=step.round.title_en,
        items=[{"code": case.code, "label": case.title, "label_en": ""} for case in listed],
        options=[{"code": MARK, **both(gettext_lazy("Votes"))}],
        most=min(step.round.most, len(listed)),
        minimum=step.round.minimum,
        self_service=step.round.voters == Voters.PUBLIC,
    )
    step.change(poll=ballots.open_poll(poll=poll, now=now))
    return step.finish("vote_opened", public=True)


@transaction.atomic
def code(*, round: Round, by: User, now: datetime) -> str:
    """Return the deputy's own code, as it is printed: the same whenever it is asked for. Nothing is recorded."""
    step = begin(round, "code", by=by, now=now)
    if step.round.voters != Voters.DEPUTIES or step.round.poll is None:
        raise CannotMove(_("In this selection everybody votes: have a code sent to your telephone."))
    return spoken(ballots.code_for(poll=step.round.poll, who=f"deputy:{scope_of(by).deputy}"))


@transaction.atomic
def announce(*, round: Round, by: User, now: datetime) -> Round:
    """Close the vote; the cases with the most votes are honoured, those equal to the last of them as well."""
    step = begin(round, "announce", by=by, now=now)
    if step.round.poll is None:
        raise CannotMove(_("There is no vote to close."))
    poll = ballots.close_poll(poll=step.round.poll, now=now)
    step.round.poll = poll
    if poll.state == PollState.VOID:
        step.go(RoundState.VOID)
        return step.finish("void", data={"papers": (poll.result or {})["papers"]}, public=True)
    step.go(RoundState.HONOURED)
    step.change(announced_at=now)
    counts = {item: votes[MARK] for item, votes in (poll.result or {})["counts"].items()}
    cases = list(
        step.round.cases.still_public().filter(state=CaseState.SHORTLISTED).select_related("petition", "reception")
    )
    for case in cases:
        case.votes = counts.get(case.code, 0)
    Case.objects.bulk_update(cases, ["votes"])
    for case in _best(cases, step.round.places):
        _honour(step, case)
    return step.finish("announced", data={"papers": (poll.result or {})["papers"]}, public=True)


def _best(cases: list[Case], places: int) -> list[Case]:
    votes = sorted((case.votes or 0 for case in cases), reverse=True)
    least = max(votes[:places][-1] if votes else 0, 1)
    return [case for case in cases if (case.votes or 0) >= least]


def _honour(step: Step, case: Case) -> None:
    """The honour goes into the journal, and from there into the files of the deputies who took part."""
    case.state, case.honoured_at = CaseState.HONOURED, step.now
    case.save(update_fields=["state", "honoured_at"])
    data: dict[str, object] = {"deputies": sorted(case.deputies.values_list("pk", flat=True)), "votes": case.votes}
    if case.reception_id and case.reception:
        data["station"] = case.reception.station_id
    elif case.petition and case.petition.station_id:
        data["station"] = case.petition.station_id
    step.write(CASE, case.pk, "honoured", data=data, public=True)
