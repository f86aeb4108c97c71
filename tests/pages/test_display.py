"""How a person likes to read, and the words-only pages: no table is asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from liaison import display
from liaison.management.commands.build_icons import SPRITE, used_icons

PLAIN = {
    **settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@pytest.fixture(autouse=True)
def _plain_files(settings):
    settings.STORAGES = PLAIN


@pytest.mark.parametrize(
    ("cookie", "size"),
    [
        ("", 17),
        ("theme=dark&elder=1&text=0", 20),
        ("theme=dark&elder=1&text=17", 18),
        ("elder=0&text=30", 30),
        ("text=31", 17),
        ("text=²", 17),
        ("theme=<script>&elder=yes&text=-1" * 20, 17),
    ],
)
def test_a_cookie_is_read_for_what_is_allowed(cookie, size):
    chosen = display.read(cookie)
    assert chosen.size == size
    assert chosen.theme in display.THEMES
    assert display.read(chosen.cookie()) == chosen


def test_elder_mode_never_goes_under_18():
    chosen = display.read("elder=1")
    while chosen.smaller:
        chosen = chosen.changed("text", str(chosen.smaller))
    assert chosen.size == 18


@pytest.mark.parametrize("path", ["/help/", "/privacy/", "/accessibility/", "/contact/", "/offline/", "/design/"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_words_ask_no_table(client, db, django_assert_num_queries, path, language):
    with django_assert_num_queries(0):
        answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text


def test_display_is_set_by_a_form_and_stays(client, db):
    answer = client.post("/display/", {"set": "elder:1", "next": "/help/?a=1"})
    assert answer.status_code == 302
    assert answer.url == "/help/?a=1"
    assert "data-elder" in client.get("/help/").text
    client.post("/display/", {"set": "theme:dark"})
    assert 'data-bs-theme="dark"' in client.get("/help/").text


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "http://testserver//evil.example/", "/\\evil.example"]
)
def test_display_leads_to_no_other_site(client, db, target):
    answer = client.post("/display/", {"set": "elder:1", "next": target})
    assert re.match(r"^/([^/\\]|$)", answer.url)


def test_no_page_has_inline_script_or_style(client, db):
    for path in ("/help/", "/design/", "/offline/"):
        page = client.get(path).text
        assert "<style" not in page
        assert not re.search(r"\s(style|on[a-z]+)=", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)


def test_every_icon_is_in_the_sprite():
    sprite = SPRITE.read_text("utf-8")
    missing = [name for name in used_icons() if f'id="{name}"' not in sprite]
    assert not missing, f"run manage.py build_icons: {missing}"


def test_templates_use_no_unknown_class_of_bootstrap():
    """The classes of Bootstrap's whole style sheet that people write by habit do nothing here."""
    habits = re.compile(r'class="[^"]*\b(btn-primary|form-control|col-md-|container-fluid|alert-|d-flex)\b')
    for path in Path(settings.BASE_DIR).glob("*/**/*.html"):
        if not {"node_modules", "var", ".venv"} & set(path.relative_to(settings.BASE_DIR).parts):
            assert not habits.search(path.read_text("utf-8")), path
