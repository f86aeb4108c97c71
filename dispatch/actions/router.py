"""Router versions: kept, promoted, rejected, rolled back, and cleared away. The only writer of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from dispatch import versions
from dispatch.models import RouterVersion, VersionState
from journal.refusals import Refused

KEPT_FILES = 5  # versions one can go back to, the one in use included
BASE = "-base"  # the same model before it followed the weeks it was judged on: to judge it again, fairly


class CannotRollBack(Refused):
    """There is no earlier version, or its file is gone."""


@transaction.atomic
def keep_version(
    *,
    file: str,
    manifest: Mapping[str, Any],
    window: tuple[datetime, datetime],
    figures: Mapping[str, Any],
    now: datetime,
) -> RouterVersion:
    """Take a written model file on record as a candidate. Raises storage.ModelMissing when it is not there."""
    return RouterVersion.objects.create(
        version=str(manifest["version"]),
        file=file,
        checksum=versions.checksum(versions.path_of(file)),
        trained_at=now,
        data_from=window[0],
        data_until=window[1],
        closings=int(manifest["closings"]),
        figures=dict(figures),
    )


@transaction.atomic
def promote(*, version: RouterVersion, now: datetime, by: User | None = None) -> RouterVersion:
    """Put a version into use in place of the present one; workers take it up within a minute."""
    present = RouterVersion.objects.select_for_update().filter(state=VersionState.IN_USE).exclude(pk=version.pk)
    present.update(state=VersionState.RETIRED, retired_at=now)
    version.state, version.promoted_at, version.promoted_by, version.retired_at = VersionState.IN_USE, now, by, None
    version.save(update_fields=["state", "promoted_at", "promoted_by", "retired_at"])
    transaction.on_commit(versions.forget)
    return version


@transaction.atomic
def reject(*, version: RouterVersion) -> RouterVersion:
    """Note that a candidate is not better than what is in use."""
    version.state = VersionState.REJECTED
    version.save(update_fields=["state"])
    return version


@transaction.atomic
def roll_back(*, now: datetime, by: User | None = None) -> RouterVersion:
    """Put the version trained before the present one back into use. Raises CannotRollBack."""
    present = RouterVersion.objects.select_for_update().filter(state=VersionState.IN_USE).first()
    if present is None:
        raise CannotRollBack(_("No trained router is in use."))
    # By training, not by promotion: going back twice reaches the one before, not the one just left.
    earlier = RouterVersion.objects.filter(state=VersionState.RETIRED, trained_at__lt=present.trained_at)
    for version in earlier.exclude(file="").order_by("-trained_at", "-pk"):
        if versions.path_of(version.file).is_file():
            return promote(version=version, now=now, by=by)
    raise CannotRollBack(_("There is no earlier version to go back to."))


def clear_away() -> int:
    """Remove the files of all but the latest KEPT_FILES usable versions; rows stay. Return how many were removed."""
    held = RouterVersion.objects.exclude(file="")
    in_use = list(held.filter(state=VersionState.IN_USE))
    others = list(held.filter(state=VersionState.RETIRED).order_by("-trained_at", "-pk"))
    rejected = list(held.filter(state=VersionState.REJECTED))
    gone = [*others[KEPT_FILES - len(in_use) :], *rejected]
    for version in gone:
        for name in (version.file, base_name(version.file)):
            versions.path_of(name).unlink(missing_ok=True)
    RouterVersion.objects.filter(pk__in=[version.pk for version in gone]).update(file="")
    return len(gone)


def base_name(file: str) -> str:
    """The name of the model as it was before it followed the weeks it was judged on."""
    stem, dot, extension = file.rpartition(".")
    return f"{stem}{BASE}{dot}{extension}"
