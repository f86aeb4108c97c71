"""Pin requirements*.in into requirements*.txt with pip-compile, without saying where packages come from."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
OPTIONS = ["--quiet", "--upgrade", "--strip-extras", "--no-annotate"]
NO_ADDRESSES = ["--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"]
HEADER = "# Pinned from {source} by `make requirements`; change that file, not this one.\n"


def compile_pins(source: str, target: str) -> None:
    """Write `target`, which pins what `source` asks for; raises CalledProcessError."""
    command = [sys.executable, "-m", "piptools", "compile", "--no-header", *OPTIONS, *NO_ADDRESSES]
    subprocess.run([*command, "--output-file", target, source], cwd=PROJECT, check=True)
    lines = (PROJECT / target).read_text().splitlines()
    pins = [line for line in lines if "==" in line and not line.lstrip().startswith(("#", "-"))]
    (PROJECT / target).write_text(HEADER.format(source=source) + "\n".join(pins) + "\n")


if __name__ == "__main__":
    for name in ("requirements", "requirements-dev"):
        compile_pins(f"{name}.in", f"{name}.txt")
