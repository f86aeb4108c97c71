"""Markup, SQL and template code in every text that people and master data can hold: shown as text, run by nothing.

A crawler reads, for each of the cast, every page that links lead to, and parses it as a browser would.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.core import mail

from accounts.models import Contact, User
from deputies.models import Deputy
from directory.models import Area, Category, Department
from notifications.models import Delivery
from petitions import tasks
from petitions.models import Petition
from stations.models import Station
from tests.cast import RESIDENT_PHONE
from tests.petitions.test_attachments import picture, send
from tests.walk import LIMIT, assert_ok

pytestmark = pytest.mark.django_db
# The element `evil-tag`, a handler and a script would stand in the tree; the sum would be worked out by a template.
EVIL = (
    """=1+1</script><script>evil()</script><evil-tag x="1" onerror=evil()>'"--;DROP TABLE x;{{ 7654321|add:1234567 }}"""
)
SHORT = "<evil-tag onerror=evil()>{{ 7654321|add:1234567 }}'\""
SUM = "8888888"  # of seven digits: no number of a row is that
MOST = 70  # pages for each person
NEVER = re.compile(r"/(logout|leave|away|revoke|sw\.js|i18n|display)|\.(png|pdf|svg|xlsx)$")
PEOPLE = [None, "resident", "officer", "dispatcher", "supervisor", "handler", "head", "deputy", "system_admin",
          "security_admin", "auditor"]  # fmt: skip


class Tree(HTMLParser):
    """What a browser would make of a page, as far as it matters here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.wrong: list[str] = []
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        data_only = tag == "script" and dict(attrs).get("type") == "application/json"
        self.inside = tag if tag in ("script", "style") and not data_only else ""
        if tag == "evil-tag" or any(name.startswith("on") for name, _value in attrs):
            self.wrong.append(self.get_starttag_text() or tag)
        for name, value in attrs:
            if name in ("href", "src", "action", "formaction") and re.match(
                r"\s*(javascript|vbscript|data:text)", value or "", re.I
            ):
                self.wrong.append(f"{name}={value}")
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside and "evil()" in data:
            self.wrong.append(data[:80])


@pytest.fixture
def poisoned(walk, settings):
    """A town in which every name and every sentence is an attack."""
    settings.STAFF_TOTP_REQUIRED = False
    settings.SESSION_COOKIE_SECURE = False
    for model in (Area, Department, Category, Station, Deputy):
        for row in model.objects.all():
            row.name, row.name_en = f"{SHORT}{row.pk}"[:60], f"{SHORT}{row.pk}"[:60]
            row.save(update_fields=["name", "name_en"])
    Station.objects.update(address=SHORT)
    User.objects.update(display_name=SHORT)
    assert_ok(walk.submit(text=EVIL, address=SHORT, name=SHORT, deputy="D1", share_contact=True))
    assert_ok(send(walk, picture(), name=f"{SHORT}.jpg"))
    assert_ok(walk.mine("supplement", text=EVIL))
    assert_ok(walk.act("officer", "register"))
    assert_ok(walk.act("dispatcher", "note", text=EVIL))
    assert_ok(walk.act("dispatcher", "assign", units=["water"], note=EVIL))
    assert_ok(walk.order_act("handler", "sign"))
    assert_ok(walk.order_act("head", "reply", **{**LIMIT, "text": EVIL}))
    assert_ok(walk.act("officer", "approve_reply"))
    assert_ok(walk.act("officer", "propose_publication", title=SHORT, text=EVIL))
    assert_ok(walk.act("dispatcher", "publish"))
    assert_ok(walk.mine("evaluate", process="satisfied", result="dissatisfied", comment=EVIL))
    return walk


def crawl(client, starts):
    """Yield (address, answer) of every page that can be reached, each kind of address once."""
    waiting, seen = list(starts), set()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        kind = address.split("?")[0]
        if kind in seen or NEVER.search(kind):
            continue
        seen.add(kind)
        answer = client.get(address)
        yield address, answer
        if answer.status_code in (301, 302):
            waiting.append(answer["Location"])
        elif answer["Content-Type"].startswith("text/html"):
            found = (urljoin(f"http://testserver{kind}", link) for link in Tree(answer.content.decode()).links)
            waiting += [
                each.removeprefix("http://testserver") for each in found if urlsplit(each).netloc == "testserver"
            ]


@pytest.mark.parametrize("who", PEOPLE, ids=str)
def test_no_page_runs_what_people_wrote(poisoned, who):
    ref, shown = poisoned.reference, 0
    starts = ["/", f"/published/{ref}/", "/published/", "/published/feed/", "/stations/east/", "/topics/", "/deputies/"]
    starts += ["/receptions/calendar.ics"]
    if who:
        starts = [
            "/desk/",
            "/mine/",
            f"/petitions/{ref}/",
            f"/desk/petitions/{ref}/",
            "/inbox/",
            "/status/",
            "/admin/",
            "/insights/",
            *starts,
        ]
    for address, answer in crawl(poisoned.cast.browser(who), starts):
        assert answer.status_code in (200, 301, 302, 403, 404), (address, answer.status_code)
        if answer.status_code != 200 or answer.streaming:
            continue
        page = answer.content.decode()
        assert SUM not in page, address
        shown += "evil" in page
        kind = answer["Content-Type"].split(";")[0]
        if kind == "text/html":
            assert Tree(page).wrong == [], address
        elif "xml" in kind:
            assert "<evil-tag" not in page, address
            assert "<script" not in page, address
    assert shown >= 3, "the attack is on the pages, else nothing was tried"


def test_the_crawler_would_notice(poisoned):
    assert Tree(f"<p>{EVIL}</p>").wrong
    assert Tree('<a href=" javascript:evil()">').wrong
    assert Tree("<p>&lt;evil-tag onerror=evil()&gt;</p>").wrong == []


def test_messages_are_plain_text_and_one_line_where_a_header_is(poisoned):
    """Mails have no HTML part; a subject cannot start another header."""
    tasks.tell(poisoned.petition.pk)
    rows = list(Delivery.objects.all())
    assert rows
    for row in rows:
        assert SUM not in row.subject + row.body
        assert not re.search(r"[\r\n]", row.subject)
    for message in mail.outbox:
        assert message.content_subtype == "plain"
        assert not getattr(message, "alternatives", [])


def test_what_leaves_as_json_says_that_it_is_json(poisoned):
    answer = poisoned.holder().get(f"/api/v1/petitions/{poisoned.reference}/")
    assert answer["Content-Type"].split(";")[0] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "<evil-tag" in answer.json()["text"]  # kept as it was written, letter by letter


def test_sql_in_a_search_finds_nothing_and_breaks_nothing(poisoned):
    client = poisoned.cast.browser("dispatcher")
    before = Petition.objects.count()
    for word in (
        "' OR '1'='1",
        "'; DROP TABLE petitions_petition; --",
        "%",
        "_",
        "\\",
        "a' UNION SELECT 1--",
        "{{7*7}}",
    ):
        for address in ("/desk/", "/published/", "/stations/", "/deputies/"):
            answer = client.get(address, {"q": word, "search": word})
            assert answer.status_code in (200, 302), (address, word)
    assert Petition.objects.count() == before


def test_the_number_is_on_no_page_of_the_public(poisoned):
    assert Contact.objects.exists()
    for address, answer in crawl(poisoned.cast.browser(), ["/", "/published/", f"/published/{poisoned.reference}/"]):
        if answer.status_code == 200 and not answer.streaming:
            assert RESIDENT_PHONE not in answer.content.decode(), address
