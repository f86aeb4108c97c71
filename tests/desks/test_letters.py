"""The weekly letter: sent once, read at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from desks.letters import send_letters
from notifications.models import Delivery

pytestmark = pytest.mark.django_db


def test_the_weekly_letter_goes_once_a_week(walk, cast, late):
    now = timezone.now()
    people = type(cast.head).objects.filter(username="head")
    people.update(email="head@example.cn")
    assert send_letters(now=now) == 2
    assert send_letters(now=now) == 0
    assert {each.channel for each in Delivery.objects.filter(event__startswith="weekly:")} == {"inbox", "email"}
    letter = Delivery.objects.filter(event__startswith="weekly:").first()
    assert "Overdue: 2\nPlease see to what is overdue first" in letter.body
    assert "week from" in letter.subject
    assert send_letters(now=now + timedelta(days=7)) == 2


def test_the_weekly_letter_is_read_at_the_desk(sit, walk, cast, late):
    send_letters(now=timezone.now())
    client = sit("head")
    page = client.get("/desk/messages/").content.decode()
    assert "Weekly letter: Water Bureau" in page
    assert "Overdue: 2<br>" in page
    assert ">1</span>" in client.get("/desk/messages/unread/").content.decode()
    letter = Delivery.objects.get(event__startswith="weekly:")
    assert client.get(f"/desk/messages/{letter.pk}/")["Location"] == "/desk/unit/"
    assert "Weekly letter" not in client.get("/desk/messages/?show=unread").content.decode()
    assert sit("road_head").get(f"/desk/messages/{letter.pk}/").status_code == 404
    assert "Weekly letter" not in sit("road_head").get("/desk/messages/").content.decode()
    assert sit("head").get("/desk/messages/?cursor=x").status_code == 404


def test_all_messages_are_read_at_once(sit, walk, cast, late):
    send_letters(now=timezone.now())
    client = sit("head")
    assert client.post("/desk/messages/read/")["Location"] == "/desk/messages/"
    assert not Delivery.objects.inbox_of(cast.head.pk).unread().exists()
    assert client.get("/desk/messages/unread/").content.decode().strip() == ""
