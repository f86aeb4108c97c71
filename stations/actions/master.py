"""Master data of a station, kept by its own people: texts, hours, position, deputies, photos."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.uploads import IMAGES, BadUpload, Clean, clean
from deputies.models import Deputy
from directory import queries
from journal.refusals import Refused
from stations.actions.step import permit, record_station
from stations.models import OpeningHours, Station, StationPhoto

# What the station's own people may change; the rest (code, area, officer, rank) is the administrators'.
OWN = ("name", "name_en", "address", "phone", "about", "about_en", "latitude", "longitude")
MOST_PHOTOS = 12
Hours = tuple[int, time, time]


class CannotChange(Refused):
    """The station cannot be changed as asked."""


@transaction.atomic
def change_station(
    *,
    station: Station,
    values: dict[str, Any],
    hours: Sequence[Hours] | None,
    deputies: Collection[Deputy] | None,
    by: User,
    now: datetime,
) -> Station:
    """Change what the station's people may change; `hours` and `deputies` replace what was there (None: stays)."""
    locked = Station.objects.select_for_update(of=("self",)).select_related("area").get(pk=station.pk)
    actor, capacity = permit(locked, by)
    changed = [name for name in OWN if name in values and getattr(locked, name) != values[name]]
    for name in changed:
        setattr(locked, name, values[name])
    if not locked.name.strip():
        raise CannotChange(_("A station has a name in Chinese."), field="name")
    if (locked.latitude is None) != (locked.longitude is None):
        raise CannotChange(_("Give both latitude and longitude, or neither."), field="latitude")
    locked.save(update_fields=changed or ["name"])
    if hours is not None:
        _set_hours(locked, hours)
    if deputies is not None:
        locked.deputies.set(deputies)
    data = {"fields": changed, "hours": hours is not None, "attached": sorted(each.pk for each in deputies or [])}
    record_station(locked, "changed", actor=actor, capacity=capacity, now=now, data=data)
    transaction.on_commit(queries.invalidate)
    return locked


def _set_hours(station: Station, hours: Sequence[Hours]) -> None:
    by_day: dict[int, list[tuple[time, time]]] = {}
    for weekday, opens, closes in sorted(hours):
        if opens >= closes:
            raise CannotChange(_("A station closes after it opens."), field="hours")
        before = by_day.setdefault(weekday, [])
        if before and before[-1][1] > opens:
            raise CannotChange(_("Two opening hours of one day overlap."), field="hours")
        before.append((opens, closes))
    station.hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(station=station, weekday=day, opens=opens, closes=closes)
        for day, spans in by_day.items()
        for opens, closes in spans
    )


def image(file: File[bytes]) -> Clean:
    """Return the safe form of a photo. Raises CannotChange."""
    try:
        safe = clean(file.read(settings.ATTACHMENT_MAX_BYTES + 1), most_bytes=settings.ATTACHMENT_MAX_BYTES)
    except BadUpload as error:
        raise CannotChange(str(error), field="photo") from None
    if safe.content_type not in IMAGES:
        raise CannotChange(_("Send a photo (JPEG, PNG, WebP)."), field="photo")
    return safe


@transaction.atomic
def add_photo(*, station: Station, file: File[bytes], caption: str, by: User, now: datetime) -> StationPhoto:
    """Add a photo that everybody may see; the same one again changes its caption."""
    actor, capacity = permit(station, by)
    if not caption.strip():
        raise CannotChange(_("Say what the photo shows: people who cannot see it are told."), field="caption")
    safe = image(file)
    Station.objects.select_for_update().get(pk=station.pk)
    if station.photos.exclude(digest=safe.digest).count() >= MOST_PHOTOS:
        raise CannotChange(_("At most %(most)d photos of a station.") % {"most": MOST_PHOTOS}, field="photo")
    photo, new = StationPhoto.objects.get_or_create(
        station=station,
        digest=safe.digest,
        defaults={
            "content_type": safe.content_type,
            "caption": caption.strip()[:120],
            "uploaded_by": actor.user,
            "at": now,
        },
    )
    if new:
        photo.file.save(f"stations/{safe.digest}.{safe.extension}", ContentFile(safe.data), save=True)
        record_station(station, "photo_added", actor=actor, capacity=capacity, now=now)
    else:
        photo.caption = caption.strip()[:120]
        photo.save(update_fields=["caption"])
    return photo


@transaction.atomic
def remove_photo(*, photo: StationPhoto, by: User, now: datetime) -> None:
    """Take a photo away, its file too."""
    actor, capacity = permit(photo.station, by)
    name, storage = str(photo.file.name), photo.file.storage
    record_station(photo.station, "photo_removed", actor=actor, capacity=capacity, now=now)
    photo.delete()
    transaction.on_commit(lambda: storage.delete(name))
