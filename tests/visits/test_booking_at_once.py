"""Two hundred people want twenty places at the same moment: twenty get one, the others a sentence and the next ones."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ConsentText
from accounts.queries import consent_texts, forget_consent_texts
from stations.models import Reception
from stations.models.appointments import Appointment
from tests import cast as casting
from tests.browser.conftest import consent_rows  # noqa: F401

WANT, PLACES, AT_ONCE = 200, 20, 20


@pytest.mark.django_db(transaction=True)
def test_two_hundred_for_twenty(consent_rows):  # noqa: F811
    ConsentText.objects.bulk_create(consent_rows, ignore_conflicts=True)
    forget_consent_texts()
    town = casting.build()
    now = timezone.now()
    common = {"station": town.station["east"], "capacity": PLACES, "slot_minutes": 15, "state": "published"}
    this, following = (
        Reception.objects.create(
            starts_at=now + timedelta(days=days),
            ends_at=now + timedelta(days=days, hours=5),
            state_since=now,
            published_at=now,
            **common,
        )
        for days in (3, 10)
    )
    version = consent_texts().version
    barrier = Barrier(AT_ONCE)

    def want(number: int) -> tuple[int, dict]:
        if number < AT_ONCE:
            barrier.wait()
        try:
            answer = APIClient(HTTP_ACCEPT_LANGUAGE="en", REMOTE_ADDR=f"10.0.{number // 250}.{number % 250}").post(
                "/api/v1/appointments/",
                {"station": "east", "occasion": "talk", "subject": "想谈谈停车难。", "phone": f"138{number:08d}",
                 "consent_version": version, "reception": this.pk},
                format="json",
            )  # fmt: skip
            return answer.status_code, answer.json()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(want, range(WANT)))

    assert Counter(status for status, _body in answers) == {201: PLACES, 409: WANT - PLACES}
    held = Appointment.objects.filter(reception=this).values_list("place", flat=True)
    assert sorted(held) == list(range(1, PLACES + 1))
    for status, body in answers:
        if status == 409:
            assert "All places of this reception are taken." in body["detail"]
            assert [slot["reception"] for slot in body["slots"]] == [following.pk] * 5
