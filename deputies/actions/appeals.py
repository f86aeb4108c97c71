"""A deputy objects: to a rejection, or to a record that should not be there. The commission rules, with reasons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.nudge import nudge
from deputies.access import COMMISSION, DEPUTY, capacities
from deputies.actions.entries import NotYours, fact_of
from deputies.models import Appeal, AppealState, Deputy, DutyEntry, DutyRecord, EntryState
from deputies.models.filing import MATTER
from deputies.queries import policy
from directory import queries as directory
from journal import actions as journal
from journal.models import Visibility
from journal.refusals import Refused

RECORD = "duty_record"  # a record as a matter in the journal


class CannotAppeal(Refused):
    """It is too late, there is nothing to appeal against, or it was appealed before."""


class CannotRule(Refused):
    """The appeal was ruled on, or the reasons are missing."""


@transaction.atomic
def appeal_entry(*, entry: DutyEntry, by: User, now: datetime, text: str) -> Appeal:
    """Object to a rejection, within the limit (10 working days by default)."""
    locked = DutyEntry.objects.select_for_update(of=("self",)).select_related("deputy__area").get(pk=entry.pk)
    _own(locked.deputy, by)
    if locked.state != EntryState.REJECTED or locked.decided_at is None:
        raise CannotAppeal(_("Only a rejected entry can be appealed against."))
    _in_time(locked.decided_at, now)
    return _appeal(locked.deputy, text, by, now, entry=locked)


@transaction.atomic
def appeal_record(*, record: DutyRecord, by: User, now: datetime, text: str) -> Appeal:
    """Object to a record in the own file, within the limit counted from the day it was filed."""
    locked = DutyRecord.objects.select_for_update(of=("self",)).select_related("deputy__area").get(pk=record.pk)
    _own(locked.deputy, by)
    if locked.struck_by_id:
        raise CannotAppeal(_("This record was struck already."))
    _in_time(locked.filed_at, now)
    return _appeal(locked.deputy, text, by, now, record=locked)


def _own(deputy: Deputy, by: User) -> None:
    if DEPUTY not in capacities(by, deputy):
        raise NotYours(_("Only the deputy may appeal."))


def _in_time(since: datetime, now: datetime) -> None:
    if now >= until(since):
        raise CannotAppeal(_("The time to appeal is over: %(days)d working days.") % {"days": policy().appeal_wd})


def until(since: datetime) -> datetime:
    """Return the end of the time to appeal (exclusive)."""
    return directory.calendar().add_working_days(since, policy().appeal_wd)


def _appeal(deputy: Deputy, text: str, by: User, now: datetime, **against: Any) -> Appeal:
    if not text.strip():
        raise CannotAppeal(_("Say why: the commission decides by it."), field="text")
    try:
        with transaction.atomic():
            made = Appeal.objects.create(deputy=deputy, text=text.strip(), at=now, **against)
    except IntegrityError:
        raise CannotAppeal(_("It was appealed against already. A ruling is final.")) from None
    _write(made, "appealed", by, DEPUTY, now, made.text)
    return made


@transaction.atomic
def rule(*, appeal: Appeal, granted: bool, by: User, now: datetime, ruling: str) -> Appeal:
    """The commission rules, with reasons. Granted: the entry counts, or the record is struck; the journal says so."""
    locked = (
        Appeal.objects.select_for_update(of=("self",))
        .select_related("deputy__area", "entry", "record")
        .get(pk=appeal.pk)
    )
    capacity = min(capacities(by, locked.deputy) & COMMISSION, default="")
    if not capacity:
        raise NotYours(_("Only the commission rules on an appeal."))
    if locked.state != AppealState.OPEN:
        raise CannotRule(_("This appeal was ruled on already."))
    if locked.entry is not None and locked.entry.decided_by_id == by.pk:
        raise NotYours(_("Somebody else than who rejected the entry rules on the appeal."))
    if not ruling.strip():
        raise CannotRule(_("Give the reasons of the ruling."), field="ruling")
    locked.state = AppealState.GRANTED if granted else AppealState.REFUSED
    locked.ruling, locked.ruled_by, locked.ruled_at = ruling.strip(), by, now
    locked.save(update_fields=["state", "ruling", "ruled_by", "ruled_at"])
    data = _consequence(locked) if granted else None
    _write(locked, "appeal_granted" if granted else "appeal_refused", by, capacity, now, locked.ruling, data)
    return locked


def _consequence(appeal: Appeal) -> dict[str, Any]:
    if appeal.entry is not None:
        appeal.entry.state = EntryState.VERIFIED
        appeal.entry.save(update_fields=["state"])
        return fact_of(appeal.entry)
    record = appeal.record
    assert record is not None  # by the table's constraint
    return {"deputies": [record.deputy_id], "strikes": {"entry": record.entry_id, "item": record.item}}


def _write(
    appeal: Appeal, action: str, by: User, capacity: str, now: datetime, note: str, data: dict[str, Any] | None = None
) -> None:
    journal.write(
        matter_type=MATTER if appeal.entry_id else RECORD,
        matter_id=appeal.entry_id or appeal.record_id or 0,
        action=action,
        at=now,
        actor=by,
        actor_kind=capacity,
        note=note,
        data=data,
        visibility=Visibility.STAFF,
    )
    nudge("deputies.tasks.keep_files")
