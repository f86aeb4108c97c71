"""The main job on real parts: web server, Celery worker, PostgreSQL and Redis as processes, walked over HTTP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from urllib.parse import quote

import psycopg2
import pytest
import requests
from django.conf import settings
from django.db import connection

from liaison.celery import QUEUES
from liaison.processes import Company

pytestmark = pytest.mark.processes
REDIS_NUMBER = 5  # no test worker has it (tests/conftest.py)


@pytest.fixture
def database(django_db_setup, django_db_blocker):
    """An empty database beside the tests' own, and its URL."""
    name = f"smoke_{os.getpid()}"
    with django_db_blocker.unblock():
        connection.ensure_connection()  # the embedded server stops when its last user has gone
        place = connection.settings_dict
    server = psycopg2.connect(
        host=place["HOST"],
        port=place["PORT"] or None,
        user=place["USER"],
        password=place["PASSWORD"],
        dbname="postgres",
    )
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    who = quote(place["USER"]) + (f":{quote(place['PASSWORD'])}" if place["PASSWORD"] else "")
    yield f"postgres://{who}@{quote(place['HOST'], safe='')}{':' + str(place['PORT']) if place['PORT'] else ''}/{name}"
    with server.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    server.close()


@pytest.fixture
def environment(database, tmp_path):
    """What the processes get: a database, a broker and a folder of their own."""
    broker = f"{settings.REDIS_URL.partition('?')[0]}?db={REDIS_NUMBER}"
    return {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": broker if broker.startswith("unix") else settings.REDIS_URL,
        "ATTACHMENT_DIR": str(tmp_path / "attachments"),
        "LOG_LEVEL": "WARNING",
    }


@pytest.fixture
def manage(environment):
    """`manage("smoke", …)` runs a command in that environment and returns what came of it."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=180, check=False
        )

    return run


@pytest.fixture
def portal(environment, manage, tmp_path):
    """The running portal's address, with the demo district and its accounts."""
    accounts = str(tmp_path / "accounts.json")
    folder = str(settings.BASE_DIR / "directory" / "demo")
    for words in (("migrate", "-v0"), ("load_directory", folder), ("createdemo", "--file", accounts)):
        done = manage(*words)
        assert done.returncode == 0, done.stderr
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    company = Company(tmp_path / "log", {**environment, "SITE_URL": address})
    web = ["gunicorn", "liaison.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket"]
    worker = [
        "celery",
        "-A",
        "liaison",
        "worker",
        "-Q",
        ",".join(QUEUES),
        "-c",
        "1",
        "--without-mingle",
        "-l",
        "WARNING",
    ]
    company.start("web", [sys.executable, "-m", *web], settings.BASE_DIR)
    company.start("worker", [sys.executable, "-m", *worker], settings.BASE_DIR)
    try:
        _wait(address, company)
        yield address, accounts
    finally:
        company.stop()


def _wait(address: str, company: Company) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        company.check()
        try:
            if requests.get(f"{address}/readyz", timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise AssertionError(requests.get(f"{address}/readyz", timeout=5).text)


def test_the_smoke_walk_closes_a_petition_that_a_worker_routed(portal, manage):
    address, accounts = portal

    done = manage("smoke", "--url", address, "--accounts", accounts, "--language", "en", "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    petition = json.loads(done.stdout.splitlines()[-1])
    assert petition["ok"] is True
    assert petition["state"] == "concluded"
    steps = [(item["action"], item["by"]) for item in petition["timeline"]]
    assert ("assign", "The portal") in steps  # by the router, in the worker
    assert steps[-1][0] == "evaluate"


def test_the_smoke_walk_names_the_step_that_fails(manage, tmp_path):
    accounts = tmp_path / "accounts.json"
    accounts.write_text('{"accounts": []}')

    done = manage("smoke", "--url", "http://127.0.0.1:9", "--accounts", str(accounts), "--json")

    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[-1])["failed"] == "ready"
