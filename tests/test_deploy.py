"""The files in deploy/ agree with the code: settings, queues, commands; and what they name exists."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import yaml
from django.conf import settings

from liaison.celery import QUEUES
from scripts.check_deploy import PRODUCTION

DEPLOY = settings.BASE_DIR / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def variables(text):
    return dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))


def test_the_example_names_every_setting_that_production_requires():
    named = variables((DEPLOY / "portal.env.example").read_text())
    assert set(PRODUCTION) <= set(named)


def test_the_example_filled_in_passes_the_checks_of_production(tmp_path):
    named = variables((DEPLOY / "portal.env.example").read_text())
    filled = {name: PRODUCTION.get(name, value) for name, value in named.items()}
    filled["METRICS_TOKEN"] = "m" * 40
    assert not [value for value in filled.values() if value.startswith("<")]
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={"PATH": "/usr/bin:/bin", **filled},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["compose.yaml", "systemd"])
def test_every_queue_is_worked_once(name):
    text = (
        (DEPLOY / name).read_text() if name.endswith("yaml") else "\n".join(unit.read_text() for unit in UNITS)
    ).replace('", "', " ")
    worked = [queue for queues in re.findall(r"worker -Q ([a-z,]+)", text) for queue in queues.split(",")]
    assert sorted(worked) == sorted(QUEUES)
    assert len(re.findall(r"-A liaison beat", text)) == 1


def test_compose_is_whole():
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = found["services"]
    assert {"web", "worker", "learner", "beat", "postgres", "redis", "nginx", "migrate"} == set(services)
    for name, service in services.items():
        wanted = service.get("depends_on", [])
        assert set(wanted) <= set(services), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith(".") or source in found["volumes"], (name, volume)
    assert "ports" not in services["postgres"]
    assert "ports" not in services["redis"]
    assert "ports" not in services["web"]


def test_uploads_pass_the_proxy():
    limit = int(re.search(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text()).group(1)) * 2**20
    assert limit >= settings.ATTACHMENT_MAX_BYTES * settings.ATTACHMENT_MAX_COUNT


def test_what_the_units_start_exists():
    for unit in UNITS:
        command = re.search(r"^ExecStart=(.+)$", unit.read_text(), re.M).group(1)
        program = command.split()[0].rsplit("/", 1)[1]
        assert program == "python" or (settings.BASE_DIR / ".venv" / "bin" / program).exists(), unit.name
        for word in command.split():
            if word.startswith("deploy/"):
                assert (settings.BASE_DIR / word).is_file(), unit.name
