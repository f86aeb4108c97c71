"""What the demo starts ends with it, however it ends; it takes the port it was told, or says why not."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from liaison import demo_site
from liaison.management.commands.democode import code
from liaison.processes import Company, ProcessEndedError

PROJECT = Path(__file__).resolve().parents[2]
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"]
STARTER = """
import os, sys, time
from pathlib import Path
from liaison.processes import Company
company = Company(Path(sys.argv[1]), os.environ)
company.start("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], Path.cwd())
print(company.members["sleeper"].pid, flush=True)
time.sleep(60)
"""


def gone(number: int, seconds: float = 5) -> bool:
    """Tell whether a process has ended within the time; nobody may be there to collect it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.processes
def test_children_end_with_a_parent_killed_by_force(tmp_path):
    command = [sys.executable, "-c", STARTER, str(tmp_path)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        assert not gone(child, 0.2)
        parent.kill()

    assert gone(child)


@pytest.mark.processes
def test_stop_ends_even_those_who_do_not_listen(tmp_path, monkeypatch):
    monkeypatch.setattr("liaison.processes.STOP_SECONDS", 1)
    company = Company(tmp_path, {})
    company.start("sleeper", SLEEPER, PROJECT)
    company.start("stubborn", STUBBORN, PROJECT)
    time.sleep(0.3)
    company.stop()

    assert all(gone(process.pid, 0.1) for process in company.members.values())


@pytest.mark.processes
def test_one_that_ends_by_itself_is_named_with_its_last_words(tmp_path):
    company = Company(tmp_path, {})
    company.start("web", [sys.executable, "-c", "import sys; sys.exit('no more paper')"], PROJECT)
    company.members["web"].wait(10)

    with pytest.raises(ProcessEndedError, match=r"(?s)web ended by itself \(1\).*no more paper"):
        company.check()
    company.stop()


def test_a_port_that_is_taken():
    with demo_site.listen(None) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(demo_site.CannotDemoError, match=f"Port {port} cannot be used"):
            demo_site.listen(port)


def test_without_a_wish_a_free_port_is_found():
    with demo_site.listen(None) as first, demo_site.listen(None) as second:
        assert first.getsockname()[1] != second.getsockname()[1]


def test_a_demo_code_is_that_of_rfc_6238():
    # Appendix B, SHA-1: the last six of the eight digits at 59 and 1111111109 seconds.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert code(secret, 59) == "287082"
    assert code(secret, 1111111109) == "081804"
