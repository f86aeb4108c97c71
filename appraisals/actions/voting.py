"""From the meeting to the announced result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from accounts.crypto import normalise_phone
from accounts.models import User
from appraisals.actions.step import CannotMove, begin
from appraisals.lifecycle import MATTER, ReportState
from appraisals.models import AppraisalRule, DutyReport
from ballots import actions as ballots
from ballots import sending
from ballots.models import Poll, PollState
from ballots.wording import both
from directory.calendar import local_day
from journal.models import Visibility
from stations.models import Station

MOST_INVITED = 1000
ITEM = "report"
OPTIONS: tuple[tuple[str, str | Promise], ...] = (
    ("satisfied", gettext_lazy("Satisfied")),
    ("basically_satisfied", gettext_lazy("Basically satisfied")),
    ("dissatisfied", gettext_lazy("Dissatisfied")),
)


@transaction.atomic
def convene(
    *, report: DutyReport, meeting_at: datetime, place: str, by: User, now: datetime, station: Station | None = None
) -> DutyReport:
    """Call the meeting, or move it, and prepare the vote. After a void vote it is a new vote with new codes."""
    step = begin(report, "convene", by=by, now=now)
    if meeting_at <= now:
        raise CannotMove(_("The meeting must lie ahead."), field="meeting_at")
    if not place.strip():
        raise CannotMove(_("Say where the meeting is."), field="place")
    station = station or step.report.station
    if station is not None and not station.deputies.filter(pk=step.report.deputy_id).exists():
        raise CannotMove(_("This is not a station of the deputy’s."), field="station")
    if step.report.poll is None or step.report.poll.is_closed:
        step.change(poll=_poll(step.report, meeting_at))
    step.change(meeting_at=meeting_at, meeting_place=place.strip(), station=station)
    return step.finish("convened", data={"meeting_at": meeting_at.isoformat()}, visibility=Visibility.PUBLIC)


def _poll(report: DutyReport, meeting_at: datetime) -> Poll:
    name = (report.deputy.name, report.deputy.name_en or report.deputy.name)
    question = both(gettext_lazy("Your judgement on Deputy %(name)s’s duty in %(year)d"), name=name, year=report.year)
    return ballots.create_poll(
        subject_type=MATTER,
        subject_id=report.pk,
        question=question["label"],
        question_en=question["label_en"],
        items=[{"code": ITEM, **both(gettext_lazy("Duty report %(year)d"), year=report.year)}],
        options=[{"code": code, **both(words)} for code, words in OPTIONS],
        minimum=AppraisalRule.objects.on(local_day(meeting_at)).minimum,
    )


def _poll_of(report: DutyReport) -> Poll:
    if report.poll is None or report.poll.is_closed:
        raise CannotMove(_("Call the meeting first."))
    return report.poll


@transaction.atomic
def issue_codes(*, report: DutyReport, number: int, by: User, now: datetime) -> list[str]:
    """Return new voting codes for the slips; how many, and by whom, is on the record. They are shown this once."""
    step = begin(report, "issue_codes", by=by, now=now)
    codes = ballots.issue(poll=_poll_of(step.report), number=number)
    step.change(state=step.report.state)
    step.finish("codes_issued", data={"number": number})
    return codes


@transaction.atomic
def invite(*, report: DutyReport, phones: Sequence[str], by: User, now: datetime) -> int:
    """Send registered voters a code by SMS, each number one; return how many numbers. Nothing of them is kept here."""
    step = begin(report, "invite", by=by, now=now)
    poll = _poll_of(step.report)
    numbers = _numbers(phones)
    with override("zh-hans"):
        for number in numbers:
            sending.deliver(poll=poll, phone=number, now=now)
    step.change(state=step.report.state)
    step.finish("invited", data={"number": len(numbers)})
    return len(numbers)


def _numbers(phones: Sequence[str]) -> list[str]:
    """Each number once; raises CannotMove naming the lines that hold none."""
    found, wrong = [], []
    for line, phone in enumerate(phones, start=1):
        try:
            found.append(normalise_phone(phone))
        except ValueError:
            wrong.append(str(line))
    if wrong:
        sentence = ngettext(
            "Line %(lines)s holds no telephone number.", "Lines %(lines)s hold no telephone number.", len(wrong)
        )
        raise CannotMove(sentence % {"lines": ", ".join(wrong[:20])}, field="phones")
    if not 1 <= len(found) <= MOST_INVITED:
        raise CannotMove(_("Give 1 to %(most)d telephone numbers.") % {"most": MOST_INVITED}, field="phones")
    return list(dict.fromkeys(found))


@transaction.atomic
def open_vote(*, report: DutyReport, by: User, now: datetime) -> DutyReport:
    """Take votes, on the day of the meeting or after."""
    step = begin(report, "open_vote", by=by, now=now)
    poll = _poll_of(step.report)
    if step.report.meeting_at is None or local_day(now) < local_day(step.report.meeting_at):
        raise CannotMove(_("The vote opens on the day of the meeting, when the deputy has reported."))
    ballots.open_poll(poll=poll, now=now)
    return step.finish("vote_opened", visibility=Visibility.PUBLIC)


@transaction.atomic
def announce(*, report: DutyReport, by: User, now: datetime) -> DutyReport:
    """Close the vote, count, and announce the result, which goes to the duty file; with too few votes it is void."""
    step = begin(report, "announce", by=by, now=now)
    poll = ballots.close_poll(poll=_poll_of(step.report), now=now)
    result: dict[str, Any] = poll.result or {}
    valid = poll.state == PollState.COUNTED
    step.go(ReportState.ANNOUNCED if valid else ReportState.VOID)
    step.report.poll = poll
    step.change(announced_at=now)
    data: dict[str, Any] = {"year": step.report.year, "papers": result["papers"], "minimum": poll.minimum}
    if valid:  # a void vote is no fact of duty
        data |= {"deputies": [step.report.deputy_id], "result": result["counts"][ITEM]}
        if step.report.station_id:
            data["station"] = step.report.station_id
    return step.finish("announced" if valid else "void", data=data, visibility=Visibility.PUBLIC)
