"""Model files: a zip of manifest (JSON), tables (.npz) and vocabulary (JSON). Never pickled, checked before use."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = "liaison-router"
FORMAT_VERSION = 1
MOST_BYTES = 2_000_000_000  # of one member when unpacked
MANIFEST, TABLES, PLAIN = "manifest.json", "tables.npz", "plain.json"


class ModelUnusable(Exception):
    """A model file cannot be used; petitions go to triage. The sentence is for staff."""


class ModelMissing(ModelUnusable):
    """There is no such file."""


class ModelCorrupt(ModelUnusable):
    """The file is damaged, or is not what its manifest says."""


class ModelOfOtherVersion(ModelUnusable):
    """The file was written by another version of the router."""


@dataclass(slots=True)
class Packed:
    """What a model consists of: tables, plain values, and the manifest that describes them."""

    tables: dict[str, NDArray[Any]] = field(default_factory=dict)
    plain: dict[str, Any] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)


def save(packed: Packed, path: Path | str, described: Mapping[str, Any]) -> dict[str, Any]:
    """Write a model file in one step: readers see the old file or the whole new one. Returns the manifest.

    `described`: data window, figures and whatever else an operator should read about it.
    """
    path = Path(path)
    held = io.BytesIO()
    np.savez(held, **packed.tables)  # type: ignore[arg-type]
    members = {TABLES: held.getvalue(), PLAIN: json.dumps(packed.plain, ensure_ascii=False).encode()}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    version = hashlib.sha256("".join(sorted(sums.values())).encode()).hexdigest()[:12]
    manifest = {
        **described,
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "version": version,
        "sha256": sums,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
            for name, content in members.items():
                archive.writestr(name, content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def load(path: Path | str) -> Packed:
    """Read a model file. Raises ModelMissing, ModelCorrupt or ModelOfOtherVersion."""
    path = Path(path)
    if not path.is_file():
        raise ModelMissing(f"There is no model file {path}.")
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            tables, plain = (_member(archive, name, manifest, path) for name in (TABLES, PLAIN))
        with np.load(io.BytesIO(tables), allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        return Packed(arrays, json.loads(plain), manifest)
    except ModelUnusable:
        raise
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as problem:
        raise ModelCorrupt(f"The model file {path} is damaged: {problem}.") from problem


def read_manifest(path: Path | str) -> dict[str, Any]:
    """The manifest alone, quickly: window, figures, version. Raises as `load` does."""
    path = Path(path)
    if not path.is_file():
        raise ModelMissing(f"There is no model file {path}.")
    try:
        with zipfile.ZipFile(path) as archive:
            return _manifest(archive, path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error, EOFError) as problem:
        raise ModelCorrupt(f"The model file {path} is damaged: {problem}.") from problem


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ModelCorrupt(f"{path} is not a model of this router.")
    if manifest.get("format_version") != FORMAT_VERSION:
        raise ModelOfOtherVersion(
            f"{path} is a model of format {manifest.get('format_version')}, this router reads {FORMAT_VERSION}."
        )
    return manifest


def _member(archive: zipfile.ZipFile, name: str, manifest: dict[str, Any], path: Path) -> bytes:
    if archive.getinfo(name).file_size > MOST_BYTES:
        raise ModelCorrupt(f"The model file {path} holds a part larger than any model: {name}.")
    content = archive.read(name)
    if hashlib.sha256(content).hexdigest() != manifest["sha256"][name]:
        raise ModelCorrupt(f"The checksum of {name} in the model file {path} does not match.")
    return content
