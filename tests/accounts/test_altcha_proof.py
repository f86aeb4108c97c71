import base64
import json

import altcha as library
import pytest
from django.core.cache import cache

from accounts import altcha


@pytest.fixture(autouse=True)
def _cheap(settings):
    settings.ALTCHA_COST = 10
    cache.clear()


def solve(challenge: dict, **changes) -> str:
    solution = library.solve_challenge(library.Challenge.from_dict(challenge))
    found = {"challenge": challenge, "solution": solution.to_dict()} | changes
    return base64.b64encode(json.dumps(found).encode()).decode()


def test_a_solution_works_once():
    payload = solve(altcha.challenge())
    assert altcha.verify(payload)
    assert not altcha.verify(payload)


def test_the_challenge_comes_from_the_api(client):
    answer = client.get("/api/v1/challenge/")
    assert answer["Cache-Control"] == "no-store"
    assert altcha.verify(solve(answer.json()))


def test_an_expired_challenge_is_refused(monkeypatch):
    monkeypatch.setattr(altcha, "LIFETIME", -1)
    assert not altcha.verify(solve(altcha.challenge()))


def test_a_changed_challenge_is_refused():
    challenge = altcha.challenge()
    easier = {"parameters": challenge["parameters"] | {"expiresAt": 9999999999}, "signature": challenge["signature"]}
    assert not altcha.verify(solve(easier))
    unsigned = {"parameters": challenge["parameters"], "signature": None}
    assert not altcha.verify(solve(unsigned))


def test_a_wrong_solution_is_refused():
    wrong = {"counter": 1, "derivedKey": "00" * 32, "time": 1}
    assert not altcha.verify(solve(altcha.challenge(), solution=wrong))


@pytest.mark.parametrize(
    "payload",
    ["", "x", "e30=", "bnVsbA==", "W10=", base64.b64encode(b"[" * 3000).decode(), "A" * 5000, None, 5,
     base64.b64encode(b'{"challenge": {"parameters": {}, "signature": ""}, "solution": {}}').decode(),
     base64.b64encode(b'{"challenge": 1, "solution": 2}').decode(), "\ud800", "电"],
)  # fmt: skip
def test_nonsense_is_refused_without_a_crash(payload):
    assert not altcha.verify(payload)


def test_a_cache_that_is_down_does_not_stop_a_petition(settings):
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "unix:///nonexistent/redis.sock?db=0"}}
    assert altcha.verify(solve(altcha.challenge()))
