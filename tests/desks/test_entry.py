"""Entering for a resident: once, with what is needed, and a letter with its scan."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from petitions.models import Petition
from tests.petitions.test_attachments import picture

pytestmark = pytest.mark.django_db

WORDS = {
    "channel": "phone",
    "text": "电话反映：楼下路灯不亮。",
    "phone": "13700001111",
    "name": "赵女士",
    "kind": "claim",
    "told": "on",
    "area": "EB",
    "key": "6b0f6f3e-3a05-4a53-8a07-6f7a1f3b9a01",
}


@pytest.mark.parametrize("channel", ["phone", "letter", "visit", "station"])
def test_entered_for_a_resident_once(sit, cast, channel):
    client = sit("officer")
    for _ in range(2):  # a nervous finger
        answer = client.post("/desk/new/", {**WORDS, "channel": channel})
        assert answer.status_code == 302
    petition = Petition.objects.get()
    assert answer["Location"] == f"/desk/petitions/{petition.reference}/"
    assert petition.channel == channel
    assert petition.entered_by.username == "officer"
    assert petition.contact.name == "赵女士"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"told": ""}, "consent"),
        ({"phone": "12"}, "telephone"),
        ({"phone": " ", "channel": "phone"}, "only a letter may come without one"),
        ({"phone": "", "channel": "visit"}, "only a letter may come without one"),
        ({"text": "x"}, "at least"),
        ({"channel": "web"}, "valid choice"),
        ({"text": "abcde\x07fghij"}, ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_entered(sit, cast, change, words):
    answer = sit("dispatcher").post("/desk/new/", {**WORDS, **change})
    assert answer.status_code in (400, 422)
    assert words in answer.content.decode()
    assert not Petition.objects.exists()


@pytest.mark.parametrize("who", ["officer", "dispatcher"])
def test_a_letter_without_a_number_with_its_scan(sit, cast, who):
    scan = SimpleUploadedFile("信件.jpg", picture(), "image/jpeg")
    answer = sit(who).post("/desk/new/", {**WORDS, "channel": "letter", "phone": "", "photos": [scan]}, follow=True)
    petition = Petition.objects.get()
    assert petition.contact.phone == petition.contact.phone_index == ""
    kept = petition.attachments.get()
    assert kept.uploaded_by.username == who
    assert not kept.by_resident
    page = answer.content.decode()
    assert "answer by letter" in page
    assert "赵女士" in page
    for tail in ("", "----", "0000"):
        opened = sit(None).post("/follow/", {"reference": petition.reference, "phone_tail": tail})
        assert opened.status_code != 302, tail


def test_a_scan_that_is_no_picture_is_named_and_the_letter_stands(sit, cast):
    broken = SimpleUploadedFile("信件.jpg", b"no picture", "image/jpeg")
    page = sit("officer").post("/desk/new/", {**WORDS, "channel": "letter", "photos": [broken]}, follow=True)
    assert "“信件.jpg” was not added" in page.content.decode()
    assert not Petition.objects.get().attachments.exists()
    assert "Photos or PDF" not in sit("deputy").get("/desk/new/").content.decode()
