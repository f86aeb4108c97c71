"""The files of a unit's answer: its own with the draft, the station's once signed, everybody's once passed on.

Like the reply itself: the resident reads it, and its files, when the station has checked it. Those of a co-unit's
opinion are for whoever reads the opinion. Sent back, they stay with the answer that is being rewritten.
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
OF_ANSWER = Prepared(
    lambda order: (
        Attachment.objects.filter(reply__order=order, withheld=True, taken_off_at=None)
        .select_related("reply")
        .order_by("pk")
    ),
    int,
)


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
        if place >= settings.ATTACHMENT_MAX_COUNT:  # no answer holds so many: they need not be looked at
            said[place] = _named(file.name or "", too_many())
            continue
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
    """Off a draft: nobody reads it from now on, and `forget_files` removes it, for no transaction brings back a file.

    Off what was sent back: it stays on record there, as it was signed.
    """
    sent_back = file.reply is not None and file.reply.state == ReplyState.SENT_BACK
    file.petition = petition
    if sent_back:
        file.taken_off_at = now
    else:
        file.reply = None
    file.save(update_fields=["taken_off_at" if sent_back else "reply"])
    _record(file, "detach", reply, actor, now)


def _add(
    change: Change, have: Sequence[Attachment], reply: Reply, petition: Petition, actor: Actor, now: datetime
) -> None:
    """Keep each new file once; what was sent with the petition itself needs no second copy."""
    shown = dict(petition.attachments.filter(withheld=False).order_by("-pk").values_list("digest", "reply"))
    known = {*(digest for digest, answer in shown.items() if answer is None), *(each.digest for each in have)}
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
            try:
                _keep(upload, change, reply, petition, actor, now)
            except CannotAttach:
                sentence = _("It could not be stored just now. Try it again later.")
                raise WrongFiles({place: _named(upload.name, sentence)}) from None
    if said:
        raise WrongFiles(said)


def _keep(upload: Upload, change: Change, reply: Reply, petition: Petition, actor: Actor, now: datetime) -> None:
    made = made_of(
        upload, petition=petition, at=now, reply=reply, withheld=True, by_resident=False, uploaded_by=actor.user
    )
    change.kept.append(made)
    made.save(force_insert=True)
    _record(made, "attach_draft", reply, actor, now)


def _record(file: Attachment, action: str, reply: Reply, actor: Actor, now: datetime) -> None:
    capacity = actor.capacity(UNIT) or SYSTEM
    record(file, action, actor, capacity, now, visibility=Visibility.STAFF, order=reply.order_id)


def sign(change: Change, *, order: WorkOrder, petition: Petition, actor: Actor, now: datetime) -> None:
    """The head has signed: the answer's files are the reply's, and are checked with it."""
    in_hand = OF_ANSWER.rows(order.pk)
    if not change and not in_hand:
        return
    signed = order.replies.filter(state=ReplyState.SIGNED).latest("pk")
    apply(change, reply=signed, petition=petition, actor=actor, now=now)
    numbers = [file.pk for file in OF_ANSWER.rows(order.pk)]
    Attachment.objects.filter(pk__in=numbers).update(reply=signed)


def pass_on(*, replies: Sequence[Reply], petition: Petition, actor: Actor, capacity: str, now: datetime) -> None:
    """The station has checked these replies: the resident reads them, and the petition shows their files."""
    if not replies:
        return
    files = Attachment.objects.filter(reply__in=replies, withheld=True, taken_off_at=None).order_by("pk")
    for file in files:
        file.petition, file.withheld = petition, False
        file.save(update_fields=["withheld"])
        record(file, "attach", actor, capacity, now, visibility=Visibility.PETITIONER)


def forget_files(*, now: datetime) -> int:
    """Remove files that were taken off, and those of drafts whose order has ended; return how many.

    The file goes before its row: where the storage does not answer the row stays, and the next round tries again.
    """
    ended = Q(
        reply__state=ReplyState.DRAFT,
        reply__order__state__in=HAD_AND_LOST,
        reply__order__closed_at__lt=now - KEPT_AFTER_THE_ORDER,
    )
    gone = Attachment.objects.filter(Q(reply=None) | ended, withheld=True)
    return sum(_forget(number) for number in gone.order_by("pk").values_list("pk", flat=True))


def _forget(number: int) -> bool:
    with transaction.atomic():
        file = Attachment.objects.select_for_update(skip_locked=True).filter(pk=number, withheld=True).first()
        if file is None:
            return False
        try:
            file.file.delete(save=False)
        except OSError:
            logger.exception("the file of attachment %s could not be removed", number)
            return False
        file.delete()
        return True
