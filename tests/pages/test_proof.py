"""Proof of work on the submit page: solved unseen with JavaScript; without it one goes on, only not without end."""

from __future__ import annotations

import base64
import json
import uuid

import altcha as library
import pytest
from django.core.cache import cache

from accounts import altcha
from accounts.models import Attempt
from accounts.queries import consent_texts
from petitions.models import Petition
from petitions.views import submit
from tests.cast import RESIDENT_PHONE
from tests.walk import TEXT


@pytest.fixture(autouse=True)
def _strict(settings, monkeypatch):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ALTCHA_REQUIRED, settings.ALTCHA_COST = True, 10
    monkeypatch.setattr(submit, "MOST_UNPROVED", 2)
    cache.clear()


def proof() -> str:
    challenge = altcha.challenge()
    solution = library.solve_challenge(library.Challenge.from_dict(challenge))
    return base64.b64encode(json.dumps({"challenge": challenge, "solution": solution.to_dict()}).encode()).decode()


def send(client, **changes):
    values = {"text": TEXT, "phone": RESIDENT_PHONE, "key": str(uuid.uuid4())}
    values |= {"consent_version": consent_texts().version, **changes}
    return client.post("/submit/", values, headers={"Accept-Language": "en"})


def test_with_a_proof_nothing_is_counted_against_the_address(client, cast):
    assert [send(client, altcha=proof()).status_code for _n in range(4)] == [302] * 4
    assert not Attempt.objects.filter(scope=submit.UNPROVED_SCOPE).exists()


def test_without_one_a_few_pass_and_then_the_page_says_what_to_do(client, cast):
    assert [send(client).status_code for _n in range(2)] == [302, 302]
    refused = send(client)
    assert refused.status_code == 429
    assert TEXT in refused.text
    assert 'href="/accounts/code/?next=/submit/"' in refused.text
    assert Petition.objects.count() == 2


@pytest.mark.parametrize("payload", ["nonsense", "e30=", "%" * 4096])
def test_a_wrong_proof_is_none(client, cast, payload):
    for _n in range(2):
        send(client)
    assert send(client, altcha=payload).status_code == 429


def test_a_proof_buys_one_sending(client, cast):
    used = proof()
    assert send(client, altcha=used).status_code == 302
    for _n in range(2):
        send(client, altcha=used)
    assert send(client, altcha=used).status_code == 429


def test_somebody_signed_in_needs_none(client, cast):
    client.force_login(cast.resident)
    assert [send(client).status_code for _n in range(4)] == [302] * 4
