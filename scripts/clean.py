"""Remove what the demo and the tests keep on this machine: `make clean`. On the standard library alone.

`var/` with the databases, keys, attachments and logs, and the folders outside the project that stand in for
parts of it (liaison/embedded/places.py). The packages (.venv, node_modules) stay.
"""

import contextlib
import fcntl
import importlib.util
import shutil
import sys
import time
from pathlib import Path
from types import ModuleType

PROJECT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 40


def _places() -> ModuleType:
    """Load places.py by itself: the package around it needs Celery, which may not be installed."""
    spec = importlib.util.spec_from_file_location("places", PROJECT / "liaison" / "embedded" / "places.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["places"] = module
    spec.loader.exec_module(module)
    return module


def in_use(base: Path) -> bool:
    """Tell whether a process uses the servers of `base` right now."""
    for file in base.glob("run/*.users"):
        with file.open() as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    return False


def stop_servers(base: Path) -> None:
    """Take the keepers' locks away, which makes them stop their servers, and wait until they have."""
    with contextlib.ExitStack() as stack:
        keepers = [stack.enter_context(file.open()) for file in base.glob("run/*.keeper")]
        shutil.rmtree(base / "run", ignore_errors=True)
        deadline = time.monotonic() + STOP_SECONDS
        for keeper in keepers:
            while time.monotonic() < deadline:
                try:
                    fcntl.flock(keeper, fcntl.LOCK_SH | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(0.1)


def main() -> None:
    """Refuse while something runs; else remove everything."""
    places = _places()
    bases = [places.base_of(PROJECT / "var", fast=fast) for fast in (False, True)]
    if any(map(in_use, bases)):
        sys.exit("make clean: the demo or the tests are still running. Stop them first (Ctrl-C), then try again.")
    for base in bases:
        stop_servers(base)
        for folder in (places.elsewhere_of(base), places.short_of(base)):
            shutil.rmtree(folder, ignore_errors=True)
    var = PROJECT / "var"
    if var.exists():
        shutil.rmtree(var)
    with contextlib.suppress(OSError):
        places.ELSEWHERE.rmdir()  # only when no other clone uses it


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"make clean: {error.filename} cannot be removed ({error.strerror}).")
