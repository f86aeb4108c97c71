"""Five hundred codes, sixteen clients at once, each code twice: five hundred votes, through a real server."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from ballots import actions
from ballots.models import Participation
from tests.ballots.polls import APPRAISAL, a_poll, close

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
CODES, CLIENTS = 500, 16


@pytest.fixture
def server(request, settings):
    """The live server, without looking through the static files for each thread."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return request.getfixturevalue("live_server").url


def by_api(site, code, option):
    answer = requests.post(f"{site}/api/v1/votes/cast/", json={"code": code, "marks": {"report": option}}, timeout=120)
    return answer.status_code == 204


def by_page(site, code, option):
    client = requests.Session()
    client.get(f"{site}/vote/", timeout=120)
    values = {"code": code, "vote": "1", "item-0": option, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
    answer = client.post(f"{site}/vote/", data=values, timeout=120, allow_redirects=False)
    return answer.status_code == 302


def test_each_code_counts_once_however_many_come_at_once(server):
    poll = a_poll(minimum=50)
    draw = random.Random(7)
    slips = actions.issue(poll=poll, number=CODES)
    options = [option["code"] for option in APPRAISAL]
    chosen = {code: draw.choice(options) for code in slips}
    # Both uses of a code follow each other closely, so that they meet; one in four by page, the others by API.
    tries = [(code, chosen[code], by_page if draw.random() < 0.25 else by_api) for code in slips for _ in (1, 2)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        taken = list(pool.map(lambda one: one[2](server, one[0], one[1]), tries))

    assert sum(taken) == CODES
    assert Participation.objects.filter(poll=poll).count() == CODES
    result = close(poll).result
    assert result["papers"] == CODES
    assert result["counts"]["report"] == {option: Counter(chosen.values())[option] for option in options}
