"""Parts are killed at random while petitions come in; afterwards the database holds what was accepted, once."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = [pytest.mark.processes, pytest.mark.faults, pytest.mark.long]


def test_a_small_chaos_run_loses_and_doubles_nothing():
    command = [sys.executable, "-m", "bench.chaos", "--submissions", "200", "--seed", "7", "--pause", "5", "--json"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=2400, check=False)
    assert done.stdout, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert sum(told["kills"].values()) >= 1
    assert {name: count for name, count in told["wrong"].items() if count} == {}
    assert done.returncode == 0, done.stderr[-3000:]
