"""Entries with evidence: entered by the deputy and verified, or noted by station and commission at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.nudge import nudge
from common.uploads import BadUpload, Clean, clean
from deputies.access import DEPUTY, VERIFIERS, capacities
from deputies.models import Deputy, DutyEntry, EntryState, Evidence, ScoringRule
from deputies.models.filing import MATTER
from deputies.queries import rules_by_item
from directory.calendar import local_day
from journal import actions as journal
from journal.models import Visibility
from journal.refusals import Refused

MOST_FILES = 5
OLDEST_DAYS = 400  # an entry for longer ago than the last year's file


class CannotEnter(Refused):
    """The entry is incomplete, or not one that may be entered."""


class CannotVerify(Refused):
    """The entry is not waiting, or is not this person's to verify."""


class NotYours(CannotVerify):
    """The file may be read, but not worked on in this way."""

    status = 403


@dataclass(frozen=True)
class Duty:
    """What was done, as somebody enters it."""

    item: str
    title: str
    on: date
    text: str = ""
    quantity: int = 1


def enter(*, deputy: Deputy, duty: Duty, files: Sequence[File[bytes]] = (), by: User, now: datetime) -> DutyEntry:
    """Enter what a deputy did outside the portal. The deputy's own entry needs evidence and waits to be verified; what
    station or commission enter is on record at once. Raises CannotEnter with the field to change.
    """
    held = capacities(by, deputy)
    own = DEPUTY in held
    capacity = DEPUTY if own else min(held & VERIFIERS, default="")
    if not capacity:
        raise NotYours(_("This duty file is not yours to write in."))
    _check(duty, rules_by_item(duty.on).get(duty.item), own, bool(files), now)
    safe = _cleaned(files)
    kept: list[Evidence] = []
    try:
        with transaction.atomic():
            entry = DutyEntry.objects.create(
                deputy=deputy,
                item=duty.item,
                title=duty.title.strip(),
                text=duty.text.strip(),
                on=duty.on,
                quantity=duty.quantity,
                entered_by=by,
                entered_at=now,
            )
            for file, found in zip(files, safe, strict=True):
                _keep(entry, file.name or "", found, now, kept)
            _write(entry, "entered", by, capacity, now)
            if not own:
                _decide(entry, EntryState.VERIFIED, by, capacity, now)
    except BaseException:
        for evidence in kept:  # the rows are gone with the transaction; their files go too
            evidence.file.delete(save=False)
        raise
    return entry


def _check(duty: Duty, rule: ScoringRule | None, own: bool, has_files: bool, now: datetime) -> None:
    allowed = rule is not None and (rule.by_deputy if own else rule.by_officer)
    if not allowed:
        raise CannotEnter(_("Choose what it was from the list."), field="item")
    if not duty.title.strip():
        raise CannotEnter(_("Say in a few words what it was."), field="title")
    today = local_day(now)
    if duty.on > today or (today - duty.on).days > OLDEST_DAYS:
        raise CannotEnter(_("Give a day that is past, and not longer ago than the last year."), field="on")
    if not 1 <= duty.quantity <= 100:
        raise CannotEnter(_("Give a number from 1 to 100."), field="quantity")
    if own and not has_files:
        raise CannotEnter(_("Add evidence: a photo or a PDF that shows it."), field="files")
    if own and duty.quantity != 1:
        raise CannotEnter(_("Enter each occasion for itself."), field="quantity")


def _cleaned(files: Sequence[File[bytes]]) -> list[Clean]:
    if len(files) > MOST_FILES:
        raise CannotEnter(_("At most %(most)d files can be attached.") % {"most": MOST_FILES}, field="files")
    try:
        most = settings.ATTACHMENT_MAX_BYTES
        return [clean(file.read(most + 1), most_bytes=most) for file in files]
    except BadUpload as error:
        raise CannotEnter(str(error), field="files") from None


def _keep(entry: DutyEntry, name: str, safe: Clean, now: datetime, kept: list[Evidence]) -> None:
    if any(other.digest == safe.digest for other in kept):
        return
    stem = "".join(c for c in PurePath(name.replace("\\", "/")).stem if c.isprintable()).strip(" .")
    evidence = Evidence(
        entry=entry,
        name=f"{stem[:100] or 'file'}.{safe.extension}",
        content_type=safe.content_type,
        size=len(safe.data),
        digest=safe.digest,
    )
    try:
        evidence.file.save(f"duty/{now:%Y/%m}/{safe.digest}.{safe.extension}", ContentFile(safe.data), save=False)
    except OSError:
        raise CannotEnter(_("The file could not be stored just now. Please try again later."), field="files") from None
    kept.append(evidence)
    evidence.save(force_insert=True)


@transaction.atomic
def verify(*, entry: DutyEntry, by: User, now: datetime) -> DutyEntry:
    """Station or commission confirm that it was so: it goes into the file, with its points."""
    locked, capacity = begin(entry, by)
    _decide(locked, EntryState.VERIFIED, by, capacity, now)
    return locked


@transaction.atomic
def reject(*, entry: DutyEntry, by: User, now: datetime, reason: str) -> DutyEntry:
    """It is not confirmed, with the reason; the deputy may appeal."""
    locked, capacity = begin(entry, by)
    if not reason.strip():
        raise CannotVerify(_("Give the reason: the deputy reads it and may appeal."), field="reason")
    locked.reason = reason.strip()
    _decide(locked, EntryState.REJECTED, by, capacity, now)
    return locked


def begin(entry: DutyEntry, by: User) -> tuple[DutyEntry, str]:
    """Lock a waiting entry; return it and the capacity in which `by` decides. Raises CannotVerify or NotYours."""
    locked = DutyEntry.objects.select_for_update(of=("self",)).select_related("deputy__area").get(pk=entry.pk)
    capacity = min(capacities(by, locked.deputy) & VERIFIERS, default="")
    if not capacity:
        raise NotYours(_("This entry is not yours to verify."))
    if locked.state != EntryState.WAITING:
        raise CannotVerify(_("This entry was decided already."))
    return locked, capacity


def _decide(entry: DutyEntry, state: str, by: User, capacity: str, now: datetime) -> None:
    entry.state, entry.decided_by, entry.decided_at = state, by, now
    entry.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    counts = fact_of(entry) if state == EntryState.VERIFIED else None
    _write(entry, state, by, capacity, now, note=entry.reason, data=counts)


def fact_of(entry: DutyEntry) -> dict[str, Any]:
    """What the journal says of an entry that counts: whose it is, what, when."""
    return {
        "deputies": [entry.deputy_id],
        "item": entry.item,
        "quantity": entry.quantity,
        "on": entry.on.isoformat(),
    }


def _write(
    entry: DutyEntry,
    action: str,
    by: User,
    capacity: str,
    now: datetime,
    *,
    note: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    journal.write(
        matter_type=MATTER,
        matter_id=entry.pk,
        action=action,
        at=now,
        actor=by,
        actor_kind=capacity,
        note=note,
        to_state=entry.state,
        data=data,
        visibility=Visibility.STAFF,
    )
    nudge("deputies.tasks.keep_files")
