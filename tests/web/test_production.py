"""What a browser is told in production: the settings of production, asked through the whole stack."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from liaison.celery import app
from liaison.logs import CleanLine
from liaison.request_id import current_petition, current_request_id
from scripts.check_deploy import PRODUCTION

ASK = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
from django.urls import get_resolver
client = Client(raise_request_exception=False)
def ask(path, host="portal.example.cn", method="get", data=None, **more):
    answer = getattr(client, method)(path, data, headers={"host": host}, **more)
    return {"status": answer.status_code, "headers": dict(answer.headers), "body": answer.content.decode(),
            "cookies": {name: {**each, "value": ""} for name, each in answer.cookies.items()}}
told = {
    "plain": ask("/help/?a=b"),
    "plain_evil": ask("/help/", host="evil.example"),
    "page": ask("/accounts/login/", secure=True),
    "health": ask("/healthz"),
    "api": ask("/api/v1/inbox/", secure=True),
    "missing": ask("/nothing/", secure=True),
    "evil": ask("/accounts/login/", host="evil.example", secure=True),
    "forwarded": ask("/accounts/login/", secure=True, HTTP_X_FORWARDED_HOST="evil.example"),
    "language": ask("/i18n/setlang/", method="post", data={"language": "en", "next": "//evil.example/"}, secure=True),
    "display": ask("/display/", method="post", data={"elder": "yes", "next": "https://evil.example/"}, secure=True),
    "debug": settings.DEBUG,
    "session": [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE],
}
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """Answers of a process with the settings of production and this test's database."""
    with django_db_blocker.unblock():
        place = connection.settings_dict
        database = f"postgres://{place['USER']}@{place['HOST'].replace('/', '%2F')}/{place['NAME']}"
    environment = {**os.environ, **PRODUCTION, "DATABASE_URL": database, "REDIS_URL": settings.REDIS_URL}
    environment["DJANGO_SETTINGS_MODULE"] = "liaison.settings"
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {**json.loads(done.stdout.splitlines()[-1]), "log": done.stderr}


def test_plain_http_is_led_to_tls_and_only_on_our_own_host(told):
    assert told["plain"]["status"] == 301
    assert told["plain"]["headers"]["Location"] == "https://portal.example.cn/help/?a=b"
    assert told["plain_evil"]["status"] == 400
    assert told["health"]["status"] == 200  # asked by the machine next door


def test_headers_of_every_answer(told):
    for name in ("page", "missing", "api"):
        headers = told[name]["headers"]
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload", name
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert headers["X-Frame-Options"] == "DENY", name
        assert headers["Referrer-Policy"] == "same-origin", name
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        policy = headers["Content-Security-Policy"]
        for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
                     "form-action 'self'"):  # fmt: skip
            assert rule in policy, (name, rule)
        assert "unsafe" not in policy, name
        assert "Server" not in headers
        assert "X-Powered-By" not in headers


def test_cookies_go_over_tls_alone_and_to_no_other_site(told):
    assert told["session"] == [True, True, "Lax"]
    assert told["page"]["cookies"]["csrftoken"]["secure"] is True
    seen = 0
    for name in ("page", "language", "display"):
        for cookie, flags in told[name]["cookies"].items():
            seen += 1
            assert flags["secure"] is True, cookie
            assert flags["samesite"] == "Lax", cookie
            assert flags["httponly"] is True or cookie == "csrftoken", cookie
    assert seen >= 3


def test_a_foreign_host_is_refused_and_named_nowhere(told):
    assert told["evil"]["status"] == 400
    assert "evil.example" not in told["evil"]["body"]
    assert told["forwarded"]["status"] == 200
    assert "evil.example" not in told["forwarded"]["body"]


@pytest.mark.parametrize("name", ["language", "display"])
def test_no_way_leads_to_another_site(told, name):
    assert told[name]["status"] == 302
    assert "evil" not in told[name]["headers"]["Location"]


def test_an_error_shows_nothing_of_the_inside(told):
    assert told["debug"] is False
    for word in ("Traceback", "DEBUG", "urlpatterns", "Django"):
        assert word not in told["missing"]["body"]


def test_logs_are_objects(told):
    lines = [json.loads(line) for line in told["log"].splitlines() if line.startswith("{")]
    for line in lines:
        assert set(line) - {"error"} == {"at", "level", "logger", "request", "petition", "message"}
    assert any("/nothing/" in line["message"] and len(line["request"]) == 32 for line in lines)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/petitions/{ref}/", "/api/v1/petitions/{ref}/"])
def test_a_line_names_the_request_and_the_petition_and_nobody(walk, monkeypatch, path):
    """What Django itself writes of a refused request."""
    (handler,) = (each for each in logging.getLogger().handlers if isinstance(each.formatter, CleanLine))
    monkeypatch.setattr(handler, "stream", io.StringIO())
    walk.to("submitted")
    answer = Client().get(path.format(ref=walk.reference), headers={"X-Request-ID": "edge-abcdefghij"})
    assert answer.status_code in (302, 401, 404)
    said = handler.stream.getvalue()
    if answer.status_code != 302:
        assert f"[edge-abcdefghij {walk.reference}]" in said
    contact = walk.petition.contact
    for secret in (contact.phone, contact.phone[-4:], walk.petition.text[:12], walk.access):
        assert secret not in said


def test_a_tasks_lines_name_the_task_and_its_petitions(monkeypatch):
    heard = []
    monkeypatch.setattr(
        "petitions.tasks.tell_now", lambda **_: heard.append((current_request_id(), current_petition()))
    )
    app.tasks["petitions.tasks.tell"].apply(args=(7, 8), task_id="task-0123456789")
    assert heard == [("task-0123456789", "7,8")]
    assert (current_request_id(), current_petition()) == ("", "")
