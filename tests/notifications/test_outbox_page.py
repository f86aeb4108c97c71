"""The page that stands in for telephones and mailboxes in the demo."""

import json

import pytest
from allauth.mfa.totp.internal.auth import validate_totp_code
from django.utils import timezone

from notifications import views
from notifications.actions import Message, enqueue, send_sms
from notifications.models import Delivery

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    files = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": files}


@pytest.fixture
def demo_folder(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "var").mkdir()
    return tmp_path / "var"


def test_shows_code_and_masks_number(client, demo_folder, now, db):
    send_sms(phone="13700137000", body="Your code is 246810.", event="sign-in-code:1", now=now)
    page = client.get("/outbox/").content.decode()
    assert "246810" in page
    assert "137****7000" in page
    assert "13700137000" not in page


def test_codes_of_the_demo_accounts_work(client, demo_folder, db):
    accounts = [
        {
            "username": "li.na",
            "password": "demo-2026",
            "totp_secret": SECRET,
            "role": "officer",
            "display_name": "李娜",
        },
        {"phone": "13700137000", "role": "resident"},
    ]
    (demo_folder / "demo-accounts.json").write_text(json.dumps({"accounts": accounts}))
    answer = client.get("/outbox/")
    shown = answer.context["accounts"]["shown"]
    assert validate_totp_code(SECRET, shown[0]["code"])
    page = answer.content.decode()
    assert shown[0]["code"] in page
    assert SECRET not in page
    assert "13700137000" in page  # how the demo's resident signs in


def test_by_channel_and_page_by_page(client, demo_folder, li_na, now, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 2)
    for number in range(3):
        enqueue(
            messages=[Message(event=f"e{number}", channel="email", user_id=li_na.pk, body=f"mail-{number}")], now=now
        )
    enqueue(messages=[Message(event="e", channel="inbox", user_id=li_na.pk, body="inbox-0")], now=now)
    first = client.get("/outbox/?channel=email")
    assert [item["row"].body for item in first.context["messages_sent"]] == ["mail-2", "mail-1"]
    second = client.get(f"/outbox/?channel=email&before={first.context['older']}")
    assert [item["row"].body for item in second.context["messages_sent"]] == ["mail-0"]
    assert second.context["older"] is None


@pytest.mark.parametrize("query", ["channel=fax", "before=x", "before=-1", "before=" + "9" * 30, "before=²"])
def test_nonsense_is_not_found(client, demo_folder, db, query):
    assert client.get(f"/outbox/?{query}").status_code == 404


def test_constant_number_of_statements(client, demo_folder, li_na, resident, django_assert_max_num_queries):
    now = timezone.now()
    for number in range(20):
        messages = [
            Message(event=f"e{number}", channel="email", user_id=li_na.pk, body="x"),
            Message(event=f"e{number}", channel="sms", contact_id=resident.pk, body="x"),
        ]
        enqueue(messages=messages, now=now)
    with django_assert_max_num_queries(3):
        client.get("/outbox/")


def test_exists_in_the_local_demo_only(client, demo_folder, settings, now, db):
    send_sms(phone="13700137000", body="Your code is 246810.", event="sign-in-code:1", now=now)
    settings.LOCAL = False
    answer = client.get("/outbox/")
    assert answer.status_code == 404
    assert "246810" not in answer.content.decode()
    assert Delivery.objects.exists()
