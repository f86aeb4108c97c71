"""The trained router of this process: loaded once, looked up at most once a minute, swapped without a restart.

What cannot be loaded is never guessed at: the portal routes nothing by itself and says so (`problem`).
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from dispatch.models import AutomaticAssignment, RouterVersion, VersionState
from dispatch.router.model import RouterModel
from dispatch.router.storage import ModelCorrupt, ModelMissing, ModelOfOtherVersion, ModelUnusable

logger = logging.getLogger(__name__)
KEPT_SECONDS = 60.0
PRECISION = 0.95  # of what the router assigns by itself (issue 8)
CHUNK = 2**20


@dataclass(frozen=True)
class InUse:
    """The version in use as this process has it. Without a row nothing was ever trained: the list routes alone.

    `problem` is empty, or `missing`, `corrupt` or `other_version`: then `model` is None and nothing is automatic.
    """

    row: RouterVersion | None = None
    model: RouterModel | None = None
    problem: str = ""
    policies: dict[str, tuple[bool, float | None]] = field(default_factory=dict)

    @property
    def threshold(self) -> float:
        """From which score on PRECISION was kept lately. It follows the closings, so it is asked every time."""
        return self.model.threshold(PRECISION) if self.model is not None else 0.0

    def automatic(self, categories: tuple[str, ...]) -> tuple[bool, float]:
        """Whether a matter of this category (itself first, then its parents) may be assigned, and how sure.

        Without a limit of the category's own, the portal's holds, and never less than what gave PRECISION lately.
        """
        policy = next((self.policies[code] for code in categories if code in self.policies), None)
        enabled, threshold = policy or (settings.ROUTER_MAY_ASSIGN, None)
        if threshold is None:
            threshold = max(settings.ROUTER_CONFIDENCE, self.threshold)
        return enabled and not self.problem, threshold


class _Kept:
    """What this process has loaded."""

    in_use = InUse()
    until = -math.inf


def in_use() -> InUse:
    """Return the version in use; at most two SELECTs a minute, and a load when another version is in use."""
    if time.monotonic() >= _Kept.until:
        _Kept.in_use = _look_up(_Kept.in_use)
        _Kept.until = time.monotonic() + KEPT_SECONDS
    return _Kept.in_use


def forget() -> None:
    """Look the version up anew at the next question. Other processes follow within a minute."""
    _Kept.until = -math.inf


def unload() -> None:
    """Forget the loaded model as well (tests, and commands that change the database under it)."""
    forget()
    _Kept.in_use = InUse()


def use(model: RouterModel) -> None:
    """Use a model that has no file, until this process ends: for replays of recorded cases."""
    _Kept.in_use = InUse(model=model, policies=_policies())
    _Kept.until = math.inf


def path_of(file: str) -> Path:
    """Where a model file of this name lies. A name with a folder in it is none of ours."""
    return Path(settings.MODEL_DIR) / Path(file).name


def checksum(path: Path) -> str:
    """Return the SHA-256 of a whole file. Raises ModelMissing."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise ModelMissing(f"The model file {path.name} cannot be read: {error.strerror}.") from error
    return digest.hexdigest()


def load(row: RouterVersion) -> RouterModel:
    """Read the row's file after comparing its checksum. Raises ModelUnusable."""
    path = path_of(row.file)
    if checksum(path) != row.checksum:
        raise ModelCorrupt(f"The model file {path.name} is not the one that was trained.")
    return RouterModel.load(path)


def _look_up(before: InUse) -> InUse:
    row = RouterVersion.objects.filter(state=VersionState.IN_USE).first()
    policies = _policies()
    if row is None:
        return InUse(policies=policies)
    if before.row is not None and before.row.pk == row.pk and before.model is not None:
        return InUse(row, before.model, "", policies)
    try:
        model = load(row)
    except ModelUnusable as error:
        logger.error("router version %s cannot be used: %s", row.version, error)
        return InUse(row, None, _name_of(error), policies)
    return InUse(row, model, "", policies)


def _name_of(error: ModelUnusable) -> str:
    names: dict[type[Any], str] = {ModelMissing: "missing", ModelOfOtherVersion: "other_version"}
    return names.get(type(error), "corrupt")


def _policies() -> dict[str, tuple[bool, float | None]]:
    rows = AutomaticAssignment.objects.values_list("category__code", "enabled", "threshold")
    return {code: (enabled, threshold) for code, enabled, threshold in rows}


def problem_on_disk() -> tuple[str, str]:
    """Return (version in use, problem or ""), reading the file again only when it has changed. For health checks."""
    row = RouterVersion.objects.filter(state=VersionState.IN_USE).only("version", "file", "checksum").first()
    if row is None:
        return "", ""
    try:
        found = path_of(row.file).stat()
        key = (row.checksum, found.st_mtime_ns, found.st_size)
        if _Checked.key != key:
            _Checked.problem = "" if checksum(path_of(row.file)) == row.checksum else "corrupt"
            _Checked.key = key
    except (OSError, ModelMissing):
        return row.version, "missing"
    # A sound file of another format is found by whoever loads it.
    return row.version, _Checked.problem or _Kept.in_use.problem


class _Checked:
    """The file last compared with its checksum."""

    key: tuple[str, int, int] | None = None
    problem = ""
