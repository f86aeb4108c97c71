"""Attaching a photo or a PDF to a petition."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from common.uploads import BadUpload, Clean, clean
from dispatch.access import Actor
from journal import actions as journal
from journal.models import Visibility
from journal.refusals import Refused
from petitions.access import By, resolve
from petitions.actions.step import NotYours, lock
from petitions.lifecycle import COMMISSION, ENDED, MATTER, RESIDENT, STATION
from petitions.models import Attachment, Petition

logger = logging.getLogger(__name__)
MAY_ATTACH = frozenset({RESIDENT, *STATION})


class CannotAttach(Refused):
    """The file cannot be taken, or not here, or not any more."""


@dataclass(frozen=True)
class Upload:
    """A file as it was sent, made safe: its name, and what is kept of it."""

    name: str
    safe: Clean


def cleaned(file: File[bytes]) -> Upload:
    """Return the safe form of a file that was sent. Raises CannotAttach with a sentence."""
    try:
        # One byte over the limit is enough to know that it is over the limit.
        safe = clean(file.read(settings.ATTACHMENT_MAX_BYTES + 1), most_bytes=settings.ATTACHMENT_MAX_BYTES)
    except BadUpload as error:
        raise CannotAttach(str(error), field="file") from None
    return Upload(_shown_name(file.name or "", safe.extension), safe)


def attach(*, petition: Petition, file: File[bytes], by: By, now: datetime) -> Attachment:
    """Clean and keep one file; sent twice, it is kept once. Raises CannotAttach.

    The file is written before the transaction ends and removed again when it fails, so that a full disk loses
    nothing but the upload. A unit's files go with its answer (`petitions.actions.answer_files`).
    """
    upload = cleaned(file)
    with none_left_behind() as kept, transaction.atomic():
        locked = lock(petition.pk)
        actor = resolve(by, locked)
        capacity = _capacity(actor, locked)
        if capacity is None:
            raise NotYours(_("You cannot attach files to this petition."))
        if locked.state in ENDED:
            raise CannotAttach(_("The petition is closed: files can no longer be added."), field="file")
        shown = locked.attachments.filter(withheld=False)
        if same := shown.filter(reply=None, digest=upload.safe.digest).first():
            return same
        if shown.count() >= settings.ATTACHMENT_MAX_COUNT:
            raise CannotAttach(too_many(), field="file")
        made = made_of(upload, petition=locked, by_resident=capacity == RESIDENT, uploaded_by=actor.user, at=now)
        kept.append(made)
        made.save(force_insert=True)
        record(made, "attach", actor, capacity, now, visibility=Visibility.PETITIONER)
    return made


def too_many() -> str:
    """What somebody is told who sends more files than a petition holds."""
    return _("At most %(most)d files can be attached.") % {"most": settings.ATTACHMENT_MAX_COUNT}


# Those written in the transaction around this one, where there is one: it may fail after this one has ended.
_WRITTEN: ContextVar[list[Attachment] | None] = ContextVar("files written", default=None)


@contextmanager
def none_left_behind() -> Iterator[list[Attachment]]:
    """Keep track of files written within a transaction: where it fails their rows are gone, and they go too.

    To be entered before the transaction; within another, that one answers for them afterwards.
    """
    around = _WRITTEN.get()
    kept: list[Attachment] = []
    token = _WRITTEN.set(kept)
    try:
        yield kept
    except BaseException:
        for each in kept:
            try:
                each.file.delete(save=False)
            except OSError:  # what went wrong first is what they are told
                logger.exception("a file written in vain could not be removed: %s", each.digest)
        raise
    else:
        if around is not None:
            around.extend(kept)
    finally:
        _WRITTEN.reset(token)


def made_of(upload: Upload, *, petition: Petition, at: datetime, **values: Any) -> Attachment:
    """Write the file and return its row, not saved yet. Raises CannotAttach where there is no room for it."""
    safe = upload.safe
    made = Attachment(
        petition=petition,
        name=upload.name,
        content_type=safe.content_type,
        size=len(safe.data),
        digest=safe.digest,
        at=at,
        **values,
    )
    _write(made, safe.data, f"{at:%Y/%m}/{safe.digest}.{safe.extension}")
    return made


def _capacity(actor: Actor, petition: Petition) -> str | None:
    """In which capacity somebody attaches; the commission only to what it entered itself, as the scan of a letter."""
    own = actor.user is not None and petition.entered_by_id == actor.user.pk
    return actor.capacity(MAY_ATTACH) or (actor.capacity(COMMISSION) if own else None)


def record(
    file: Attachment, action: str, actor: Actor, capacity: str, now: datetime, *, visibility: str, **data: Any
) -> None:
    """Write into the petition's journal what was done with a file."""
    journal.write(
        matter_type=MATTER,
        matter_id=file.petition.pk,
        action=action,
        at=now,
        actor=actor.user,
        actor_kind=capacity,
        from_state=file.petition.state,
        to_state=file.petition.state,
        data={"attachment": file.pk, "type": file.content_type, **data},
        visibility=visibility,
    )


def _write(kept: Attachment, data: bytes, path: str) -> None:
    try:
        kept.file.save(path, ContentFile(data), save=False)
    except OSError:
        raise CannotAttach(
            _("The file could not be stored just now. Your petition is safe; please try the file again later."),
            field="file",
        ) from None


def _shown_name(name: str, extension: str) -> str:
    """The name as given, without folders or control characters, with the extension that fits the content."""
    stem = "".join(c for c in PurePath(name.replace("\\", "/")).stem if c.isprintable()).strip(" .")
    return f"{stem[:100] or 'file'}.{extension}"
