"""A photo taken at a visit: cleaned, kept once, sent again without harm."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import PurePath

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.uploads import BadUpload, Clean, clean
from journal.refusals import Refused
from stations.actions.visits import may_receive
from stations.models.visits import Visit, VisitPhoto


class CannotAddPhoto(Refused):
    """The file cannot be taken, or not here."""


def add_photo(*, visit: Visit, file: File[bytes], by: User, now: datetime) -> VisitPhoto:
    """Clean and keep one photo; sent twice, it is kept once. Raises CannotAddPhoto.

    The file is written inside the transaction and removed again when it fails.
    """
    data = file.read(settings.ATTACHMENT_MAX_BYTES + 1)
    try:
        safe = clean(data, most_bytes=settings.ATTACHMENT_MAX_BYTES)
    except BadUpload as error:
        raise CannotAddPhoto(str(error), field="file") from None
    sent = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        locked = Visit.objects.select_for_update(of=("self",)).select_related("station__area").get(pk=visit.pk)
        if not may_receive(by, locked.station):
            raise CannotAddPhoto(_("Photos are added by the station’s own staff and by deputies."))
        for known in locked.photos.all():
            if sent == known.sent_digest or safe.digest == known.digest:
                return known
        if locked.photos.count() >= settings.ATTACHMENT_MAX_COUNT:
            most = settings.ATTACHMENT_MAX_COUNT
            raise CannotAddPhoto(_("At most %(most)d files can be attached.") % {"most": most}, field="file")
        return _keep(locked, safe, sent, file.name or "", by, now)


def _keep(visit: Visit, safe: Clean, sent: str, name: str, by: User, now: datetime) -> VisitPhoto:
    stem = "".join(c for c in PurePath(name.replace("\\", "/")).stem if c.isprintable()).strip(" .")
    photo = VisitPhoto(
        visit=visit,
        name=f"{stem[:100] or 'photo'}.{safe.extension}",
        content_type=safe.content_type,
        size=len(safe.data),
        digest=safe.digest,
        sent_digest=sent,
        uploaded_by=by,
        at=now,
    )
    try:
        photo.file.save(f"{now:%Y/%m}/visit-{safe.digest}.{safe.extension}", ContentFile(safe.data), save=False)
    except OSError:
        raise CannotAddPhoto(
            _("The file could not be stored just now. The visit is safe; please try the file again later."),
            field="file",
        ) from None
    try:
        photo.save(force_insert=True)
    except BaseException:
        photo.file.delete(save=False)
        raise
    return photo
