"""This machine's keys, made once and kept in `var/secrets.json`, readable by its owner only."""

import base64
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from liaison.embedded.places import PROJECT

MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),  # 64 characters
    "CONTACT_KEYS": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),  # a Fernet key
    "BLIND_INDEX_KEY": lambda: secrets.token_urlsafe(48),
}


def local_secret(name: str, folder: Path = PROJECT / "var") -> str:
    """Return the key called `name`, the same one each time and in every process.

    Raises KeyError for a name that is not in `MAKERS` and ValueError when the file is damaged.
    """
    make = MAKERS[name]
    if not folder.is_dir():
        make_var(folder)
    with (folder / "secrets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = _read(folder / "secrets.json")
        if name not in known:
            known[name] = make()
            _write(folder / "secrets.json", known)
        return known[name]


def make_var(folder: Path) -> None:
    """Make the folder for data: root lets its servers' account pass through it, but not look around."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    try:
        known = json.loads(file.read_text())
    except ValueError:
        known = None
    if not isinstance(known, dict) or not all(isinstance(value, str) for value in known.values()):
        raise ValueError(f"{file} is damaged: it should hold a JSON object with a string for each key.")
    return known


def _write(file: Path, known: dict[str, str]) -> None:
    """Replace the file in one step; mkstemp gives it mode 0600."""
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix="secrets-")
    with os.fdopen(handle, "w") as out:
        json.dump(known, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, file)
