"""Attaching a photo or a PDF to a petition or to a unit's reply."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from common.uploads import BadUpload, clean
from dispatch.access import Actor
from dispatch.lifecycle import UNIT
from dispatch.models import Reply, WorkOrder
from journal import actions as journal
from journal.models import Visibility
from journal.refusals import Refused
from petitions.access import By, resolve
from petitions.actions.step import NotYours, lock
from petitions.lifecycle import COMMISSION, ENDED, MATTER, RESIDENT, STATION
from petitions.models import Attachment, Petition

MAY_ATTACH = frozenset({RESIDENT, *STATION, *UNIT})


class CannotAttach(Refused):
    """The file cannot be taken, or not here, or not any more."""


def attach(
    *,
    petition: Petition,
    file: File[bytes],
    by: By,
    now: datetime,
    order: WorkOrder | None = None,
    reply: Reply | None = None,
) -> Attachment:
    """Clean and keep one file; sent twice, it is kept once. Raises CannotAttach.

    The file is written before the transaction ends and removed again when it fails, so that a full disk loses
    nothing but the upload.
    """
    try:
        # One byte over the limit is enough to know that it is over the limit.
        safe = clean(file.read(settings.ATTACHMENT_MAX_BYTES + 1), most_bytes=settings.ATTACHMENT_MAX_BYTES)
    except BadUpload as error:
        raise CannotAttach(str(error), field="file") from None
    with transaction.atomic():
        locked = lock(petition.pk)
        actor = resolve(by, locked, order)
        capacity = _capacity(actor, locked)
        if capacity is None:
            raise NotYours(_("You cannot attach files to this petition."))
        if locked.state in ENDED:
            raise CannotAttach(_("The petition is closed: files can no longer be added."), field="file")
        if same := locked.attachments.filter(digest=safe.digest).first():
            return same
        if locked.attachments.count() >= settings.ATTACHMENT_MAX_COUNT:
            raise CannotAttach(
                _("At most %(most)d files can be attached.") % {"most": settings.ATTACHMENT_MAX_COUNT},
                field="file",
            )
        kept = Attachment(
            petition=locked,
            reply=reply,
            name=_shown_name(file.name or "", safe.extension),
            content_type=safe.content_type,
            size=len(safe.data),
            digest=safe.digest,
            by_resident=capacity == RESIDENT,
            uploaded_by=actor.user,
            at=now,
        )
        _write(kept, safe.data, f"{now:%Y/%m}/{safe.digest}.{safe.extension}")
        try:
            _keep(kept, actor, capacity)
        except BaseException:
            kept.file.delete(save=False)
            raise
    return kept


def _capacity(actor: Actor, petition: Petition) -> str | None:
    """In which capacity somebody attaches; the commission only to what it entered itself, as the scan of a letter."""
    own = actor.user is not None and petition.entered_by_id == actor.user.pk
    return actor.capacity(MAY_ATTACH) or (actor.capacity(COMMISSION) if own else None)


def _keep(kept: Attachment, actor: Actor, capacity: str) -> None:
    """Save the row and record it."""
    kept.save(force_insert=True)
    journal.write(
        matter_type=MATTER,
        matter_id=kept.petition.pk,
        action="attach",
        at=kept.at,
        actor=actor.user,
        actor_kind=capacity,
        from_state=kept.petition.state,
        to_state=kept.petition.state,
        data={"attachment": kept.pk, "type": kept.content_type},
        visibility=Visibility.PETITIONER,
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
