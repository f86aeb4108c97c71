"""A few processes that live and end together, whatever happens to the one who started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 12
LOG_LIMIT = 2**22  # bytes; a longer log is begun anew at the next start


class ProcessEndedError(Exception):
    """One of the processes ended by itself; the text names it and shows the end of its log."""


def end_with_parent(parent: int) -> None:
    """Ask the kernel to send this process SIGTERM when process `parent` ends, even by SIGKILL; end if it has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


class Company:
    """Processes by name, each with a log of its own."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self.logs = logs
        self.environment = dict(environment)
        self.members: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def log(self, name: str) -> Path:
        """Return where the process called `name` writes."""
        return self.logs / f"{name}.log"

    def start(self, name: str, command: Sequence[str], cwd: Path, pass_fds: Sequence[int] = ()) -> None:
        """Start a process. In a session of its own, so that Ctrl-C reaches only us and we stop it in order."""
        log = self.log(name)
        with log.open("w" if log.exists() and log.stat().st_size > LOG_LIMIT else "a") as out:
            self.members[name] = subprocess.Popen(  # noqa: S603 - our own programs
                command,
                cwd=cwd,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=pass_fds,
                start_new_session=True,
                preexec_fn=partial(end_with_parent, os.getpid()),
            )

    def check(self) -> None:
        """Raise ProcessEndedError when one of them has ended."""
        for name, process in self.members.items():
            if process.poll() is not None:
                last = self.log(name).read_text(errors="replace").splitlines()[-15:]
                raise ProcessEndedError(
                    f"{name} ended by itself ({process.returncode}). Log: {self.log(name)}, which ends:\n"
                    + "\n".join(last)
                )

    def stop(self) -> None:
        """Ask all to end, the last started first, then end by force what is left, children included."""
        family = self._family()
        for process in reversed(self.members.values()):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.members.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                continue
        for relative in {*family, *self._family()}:
            try:
                relative.kill()  # psutil remembers when it began: never a stranger with the same number
            except psutil.NoSuchProcess:
                continue
        for process in self.members.values():
            process.wait()

    def _family(self) -> set[psutil.Process]:
        family: set[psutil.Process] = set()
        for process in self.members.values():
            try:
                head = psutil.Process(process.pid)
                family |= {head, *head.children(recursive=True)}
            except psutil.NoSuchProcess:
                continue
        return family
