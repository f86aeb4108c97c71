"""From the draft to publication."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from appraisals.actions.step import CannotMove, NotYours, Step, begin, record
from appraisals.drafting import draft, facts_of
from appraisals.models import DutyReport
from deputies.access import capacities
from deputies.models import Deputy
from directory.calendar import local_day
from journal.models import Visibility
from journal.refusals import Refused

SHORTEST = 30


class CannotDraft(Refused):
    """There is such a report, or there cannot be one."""


@transaction.atomic
def start(*, deputy: Deputy, year: int, by: User, now: datetime) -> DutyReport:
    """Draft the report of a year from the duty file, by the deputy or by those who look after the file.

    Raises NotYours, CannotDraft. Begun twice, it is the same report, as it is by then.
    """
    capacity = min(capacities(by, deputy), default=None)
    if capacity is None:
        raise NotYours(_("You may not begin this deputy’s duty report."))
    this_year = local_day(now).year
    if not this_year - 5 <= year <= this_year:
        raise CannotDraft(_("A report can be written on this year and the five before."), field="year")
    with override(deputy.user.language if deputy.user else None):
        facts = facts_of(deputy, year)
        text = draft(deputy, year, facts)
    report, made = DutyReport.objects.get_or_create(
        deputy=deputy,
        year=year,
        defaults={
            "text": text,
            "facts": facts,
            "state_since": now,
            "station": deputy.stations.order_by("code").first(),
        },
    )
    if made:
        record(
            Step(report, by, capacity, now, ""), "drafted", note="", data={"year": year}, visibility=Visibility.STAFF
        )
    return report


@transaction.atomic
def edit(*, report: DutyReport, text: str, by: User, now: datetime) -> DutyReport:
    """Save the deputy's words."""
    step = begin(report, "edit", by=by, now=now)
    step.change(text=text.strip())
    return step.finish("edited")


@transaction.atomic
def redraft(*, report: DutyReport, by: User, now: datetime) -> DutyReport:
    """Write text and figures anew from the duty file; what was written before is gone."""
    step = begin(report, "redraft", by=by, now=now)
    facts = facts_of(step.report.deputy, step.report.year)
    step.change(facts=facts, text=draft(step.report.deputy, step.report.year, facts))
    return step.finish("redrafted")


@transaction.atomic
def hand_in(*, report: DutyReport, by: User, now: datetime) -> DutyReport:
    """Give it to the station to check. The figures are taken anew from the file, so that they are the file's."""
    step = begin(report, "hand_in", by=by, now=now)
    if len(step.report.text.strip()) < SHORTEST:
        raise CannotMove(_("Write the report first."), field="text")
    step.change(facts=facts_of(step.report.deputy, step.report.year))
    return step.finish("handed_in")


@transaction.atomic
def send_back(*, report: DutyReport, reason: str, by: User, now: datetime) -> DutyReport:
    """Back to the deputy, with the reason."""
    step = begin(report, "send_back", by=by, now=now)
    if not reason.strip():
        raise CannotMove(_("Please give the reason: it goes on the record."), field="reason")
    return step.finish("sent_back", note=reason.strip())


@transaction.atomic
def publish(*, report: DutyReport, by: User, now: datetime) -> DutyReport:
    """From now on everybody may read it."""
    step = begin(report, "publish", by=by, now=now)
    step.change(published_at=now)
    return step.finish("published", visibility=Visibility.PUBLIC)
