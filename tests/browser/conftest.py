"""A real browser before the real server: Debian's Chromium, driven by Playwright, on the small town of the cast."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import ConsentText
from accounts.queries import forget_consent_texts
from tests import cast as casting
from tests.walk import Walk

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (390, 1440)
LANGUAGES = ("zh-hans", "en")
AXE = django_settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
# Playwright keeps an event loop in this thread; the tests use the ORM beside it, never inside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here is transactional: the server's thread sees only what is committed."""
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.fspath).parents:
            item.add_marker(pytest.mark.django_db(transaction=True))
            item.add_marker(pytest.mark.processes)
            item.add_marker(pytest.mark.xdist_group("browser"))
            # A browser, a server and a database beside another worker on two cores: the report says when it was needed.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; without it the tests are skipped, and with CI=true they fail."""
    if not CHROMIUM.exists():
        reason = f"no {CHROMIUM}; `make browser` installs it where it can"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """One person with one device."""

    page: Page
    context: BrowserContext
    site: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the portal."""
        self.page.goto(f"{self.site}{path}")
        return self.page

    def display(self, **chosen: Any) -> None:
        """Set how this person reads: theme, elder, text."""
        value = "&".join(f"{name}={one}" for name, one in chosen.items())
        self.context.add_cookies([{"name": "display", "value": value, "url": self.site}])

    def axe(self) -> list[str]:
        """What axe-core finds wrong on the page as it is now."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{self.page.url} {rule['id']}: {node['html'][:160]} — {node['failureSummary'][:300]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.fixture(scope="session")
def consent_rows(django_db_setup: None, django_db_blocker: Any) -> list[ConsentText]:
    """The consent texts that a migration enters, which the first transactional test's end sweeps away."""
    with django_db_blocker.unblock():
        return list(ConsentText.objects.all())


@pytest.fixture
def town(transactional_db: None, consent_rows: list[ConsentText], settings: Any, tmp_path: Path) -> casting.Cast:
    """The cast, visible to the server's thread; files as they are, without the manifest of collected ones."""
    ConsentText.objects.bulk_create(consent_rows, ignore_conflicts=True)
    forget_consent_texts()
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return casting.build()


@pytest.fixture
def matter(town: casting.Cast) -> Walk:
    """A petition that can be walked to any state."""
    return Walk(town)


@pytest.fixture
def visit(chromium: Browser, live_server: Any, town: casting.Cast) -> Iterator[Any]:
    """`visit(width=390, language="en", javascript=True)` gives a visitor; their pages must not complain."""
    visitors: list[Visitor] = []

    def make(
        *, width: int = 390, language: str = "en", javascript: bool = True, browser: Browser = chromium, **more: Any
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 700 else 900},
            locale="en-GB" if language == "en" else "zh-CN",
            java_script_enabled=javascript,
            timezone_id="Asia/Shanghai",
            **more,
        )
        context.set_default_timeout(20000)
        page = context.new_page()
        visitor = Visitor(page, context, live_server.url)
        page.on("pageerror", lambda error: visitor.faults.append(str(error)))
        page.on("console", lambda said: _note(visitor, said))
        page.on("request", lambda asked: _stay_home(visitor, asked.url))
        visitors.append(visitor)
        return visitor

    yield make
    faults = [fault for visitor in visitors for fault in visitor.faults]
    for visitor in visitors:
        visitor.context.close()
    assert not faults, json.dumps(faults, indent=1)


def _note(visitor: Visitor, said: Any) -> None:
    """Script errors and CSP violations count; an expected 4xx is no fault of the page."""
    if said.type in ("error", "warning") and "Failed to load resource" not in said.text:
        visitor.faults.append(said.text)


def _stay_home(visitor: Visitor, url: str) -> None:
    """No page asks another host for anything."""
    if not url.startswith((visitor.site, "data:", "blob:")):
        visitor.faults.append(f"asked another host: {url}")
