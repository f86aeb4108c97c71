"""The files of a unit's answer: kept with its draft, the unit's own until the head signs, then the reply's.

Sent back by the station, they are withheld again and stay with the answer that is being rewritten.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from common.prepared import Prepared
from dispatch.access import Actor
from dispatch.lifecycle import SYSTEM, UNIT
from dispatch.models import Reply, ReplyState, WorkOrder
from journal.models import Visibility
from petitions.access import HAD_AND_LOST
from petitions.actions.attachments import (
    CannotAttach,
    Upload,
    cleaned,
    made_of,
    none_left_behind,
    record,
    too_many,
)
from petitions.models import Attachment, Petition

logger = logging.getLogger(__name__)
# An order that was cancelled by a slip is taken up again within the hour, with its draft and the draft's files.
KEPT_AFTER_THE_ORDER: Final = timedelta(days=1)

# Those of the answer that is being written: of the draft, and of what was sent back before it.
OF_ANSWER = Prepared(lambda order: Attachment.objects.filter(reply__order=order, unsigned=True).order_by("pk"), int)


class WrongFiles(CannotAttach):
    """Some of the files sent with an answer cannot be taken, and so nothing was done; `wrong` are their places."""

    def __init__(self, said: Mapping[int, str]) -> None:
        super().__init__(" ".join(said.values()), field="files")
        self.wrong = frozenset(said)


@dataclass
class Change:
    """What is to happen to an answer's files: those sent with it, made safe, and those to be taken off."""

    uploads: Sequence[Upload]
    take_off: Sequence[int]
    kept: list[Attachment]

    def __bool__(self) -> bool:
        return bool(self.uploads or self.take_off)


@contextmanager
def change_of(files: Sequence[File[bytes]], take_off: Sequence[int]) -> Iterator[Change]:
    """Look at the files before anything is locked, and do the rest in one transaction. Raises WrongFiles."""
    uploads, said = [], {}
    for place, file in enumerate(files):
        try:
            uploads.append(cleaned(file))
        except CannotAttach as error:
            said[place] = _named(file.name or "", str(error))
    if said:
        raise WrongFiles(said)
    with none_left_behind() as kept, transaction.atomic():
        yield Change(uploads, take_off, kept)


def _named(name: str, sentence: str) -> str:
    return _("“%(name)s”: %(sentence)s") % {"name": name, "sentence": sentence}


def apply(change: Change, *, reply: Reply, petition: Petition, actor: Actor, now: datetime) -> None:
    """Take off and add what the change says; `reply` is the one being written. The caller has checked the move."""
    if not change:
        return
    have = {each.pk: each for each in OF_ANSWER.rows(reply.order_id)}
    for number in dict.fromkeys(change.take_off):
        if number not in have:
            raise CannotAttach(_("That file is not with this answer any more."), field="take_off")
        _take_off(have.pop(number), petition, reply, actor, now)
    _add(change, list(have.values()), reply, petition, actor, now)


def _take_off(file: Attachment, petition: Petition, reply: Reply, actor: Actor, now: datetime) -> None:
    """Nobody reads it from now on; it is removed by `forget_files`, for a transaction cannot bring back a file."""
    file.petition, file.reply = petition, None
    file.save(update_fields=["reply"])
    _record(file, "detach", reply, actor, now)


def _add(
    change: Change, have: Sequence[Attachment], reply: Reply, petition: Petition, actor: Actor, now: datetime
) -> None:
    """Keep each new file once; what the petition shows already needs no second copy."""
    shown = list(petition.attachments.filter(unsigned=False).values_list("digest", flat=True))
    known = {*shown, *(each.digest for each in have)}
    room = settings.ATTACHMENT_MAX_COUNT - len(shown) - len(have)
    said: dict[int, str] = {}
    for place, upload in enumerate(change.uploads):
        if upload.safe.digest in known:
            continue
        known.add(upload.safe.digest)
        room -= 1
        if room < 0:
            said[place] = _named(upload.name, too_many())
        elif not said:
            _keep(upload, change, reply, petition, actor, now)
    if said:
        raise WrongFiles(said)


def _keep(upload: Upload, change: Change, reply: Reply, petition: Petition, actor: Actor, now: datetime) -> None:
    made = made_of(
        upload, petition=petition, at=now, reply=reply, unsigned=True, by_resident=False, uploaded_by=actor.user
    )
    change.kept.append(made)
    made.save(force_insert=True)
    if reply.state == ReplyState.DRAFT:  # signed at once, it is recorded as the reply's
        _record(made, "attach_draft", reply, actor, now)


def _record(file: Attachment, action: str, reply: Reply, actor: Actor, now: datetime) -> None:
    capacity = actor.capacity(UNIT) or SYSTEM
    record(file, action, actor, capacity, now, visibility=Visibility.STAFF, order=reply.order_id)


def sign(change: Change, *, order: WorkOrder, petition: Petition, actor: Actor, now: datetime) -> None:
    """The head has signed: the answer's files become the reply's, and the petition shows them."""
    if not change and not OF_ANSWER.rows(order.pk):
        return
    signed = order.replies.filter(state=ReplyState.SIGNED).latest("pk")
    apply(change, reply=signed, petition=petition, actor=actor, now=now)
    shown = set(petition.attachments.filter(unsigned=False).values_list("digest", flat=True))
    for file in OF_ANSWER.rows(order.pk):
        file.petition = petition
        if file.digest in shown:  # the resident, or another unit, has attached the same meanwhile
            file.reply = None
            file.save(update_fields=["reply"])
            continue
        shown.add(file.digest)
        told = file.reply_id != signed.pk  # the resident was told when it was signed before
        file.reply, file.unsigned = signed, False
        file.save(update_fields=["reply", "unsigned"])
        if not told:
            capacity = actor.capacity(UNIT) or SYSTEM
            record(file, "attach", actor, capacity, now, visibility=Visibility.PETITIONER)


def withhold(*, orders: Sequence[WorkOrder]) -> None:
    """The station has sent these orders' replies back: their files are the unit's and the station's again."""
    Attachment.objects.filter(reply__order__in=orders, reply__state=ReplyState.SENT_BACK).update(unsigned=True)


def forget_files(*, now: datetime) -> int:
    """Remove files that were taken off, and those of drafts whose order has ended; return how many.

    The file goes before its row: where the storage does not answer the row stays, and the next round tries again.
    """
    ended = Q(
        reply__state=ReplyState.DRAFT,
        reply__order__state__in=HAD_AND_LOST,
        reply__order__closed_at__lt=now - KEPT_AFTER_THE_ORDER,
    )
    gone = Attachment.objects.filter(Q(reply=None) | ended, unsigned=True)
    return sum(_forget(number) for number in gone.order_by("pk").values_list("pk", flat=True))


def _forget(number: int) -> bool:
    with transaction.atomic():
        file = Attachment.objects.select_for_update(skip_locked=True).filter(pk=number, unsigned=True).first()
        if file is None:
            return False
        try:
            file.file.delete(save=False)
        except OSError:
            logger.exception("the file of attachment %s could not be removed", number)
            return False
        file.delete()
        return True
