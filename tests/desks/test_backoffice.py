"""The administrators' tools: each open to its own administrator only, what is done there on the record."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from knox.models import AuthToken

from accounts import passwords
from accounts.actions import appoint_administrator, issue_token
from accounts.attempts import attempt
from desks.models import ReplyTemplate
from directory import queries
from directory.models import Area, Office, Responsibility
from journal import actions as journal
from journal.models import Entry, Outbox
from tests.factories import PetitionFactory

pytestmark = pytest.mark.django_db
TOOLS = {"who": "system_admin", "tree": "system_admin", "files": "system_admin", "deputies": "system_admin"} | {
    "lockouts": "security_admin",
    "sessions": "security_admin",
}
PEOPLE = ("system_admin", "security_admin", "auditor", "root", "dispatcher", "resident")
PASSWORD = "lamp-post-73-east"


@pytest.fixture
def admins(cast):
    for who, kind in (("system_admin", "system"), ("security_admin", "security"), ("auditor", "auditor")):
        appoint_administrator(user=getattr(cast, who), kind=kind)


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize("who", PEOPLE)
def test_each_tool_is_its_own_administrators(sit, admins, name, who):
    status = sit(who).get(f"/admin/tools/{name}/").status_code
    assert status == (200 if who == TOOLS[name] else 302 if who in ("dispatcher", "resident") else 404)


def test_the_side_bar_shows_ones_own_tools(sit, admins):
    page = sit("security_admin").get("/admin/").content.decode()
    assert "/admin/tools/lockouts/" in page
    assert "/admin/tools/who/" not in page


# --- Who would get this?


def ask(sit, **changes):
    data = {"text": "校门口下水道堵了，井盖也坏了", "area": "EB", "category": "", "kind": "claim", **changes}
    return sit("system_admin").post("/admin/tools/who/", data)


def test_the_router_answers_with_the_present_list(sit, admins, cast):
    page = ask(sit).content.decode()
    assert "Water Bureau" in page.split("tool-ranks")[1].split("</b>")[0]
    assert "Line " in page  # the line of the list that speaks for it
    Responsibility.objects.filter(category=cast.category["drain"]).update(lead=cast.unit["park"])
    queries.invalidate()
    assert "Parks Bureau" in ask(sit).content.decode().split("tool-ranks")[1].split("</b>")[0]


def test_an_accusation_goes_to_no_unit(sit, admins):
    assert "Restricted route" in ask(sit, text="村主任贪污工程款").content.decode()


def test_what_is_missing_is_said(sit, admins):
    page = ask(sit, text="", area="").content.decode()
    assert page.count('role="alert"') == 2


# --- Import and export


def upload(sit, name, content):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    return sit("system_admin").post("/admin/tools/files/", {"files": file})


def test_a_file_is_looked_at_first_then_loaded_and_recorded(sit, admins):
    text = "code,name,name_en,level,parent\nTG2,茶山社区,Tea Hill,community,HS\nEB,东岸社区,East Bank,community,RS\n"
    page = upload(sit, "areas.csv", text).content.decode()
    assert re.search(r'areas</th><td class="tool-number" [^>]+>1</td><td class="tool-number" [^>]+>\d</td>', page)
    assert not Area.objects.filter(code="TG2").exists()
    token = re.search(r'name="token" value="(\w+)"', page).group(1)
    assert sit("system_admin").post("/admin/tools/files/", {"token": token}).status_code == 302
    assert Area.objects.filter(code="TG2").exists()
    entry = Entry.objects.get(action="directory_loaded")
    assert (entry.actor.username, entry.actor_kind, entry.data["areas"][0]) == ("system_admin", "administrator", 1)
    assert not Outbox.objects.filter(entry=entry).exists()
    assert sit("system_admin").post("/admin/tools/files/", {"token": token}).status_code == 422


def test_anothers_token_is_nothing(sit, admins, cast):
    page = upload(sit, "calendar.csv", "date,is_workday,note\n2027-01-04,no,停电\n").content.decode()
    token = re.search(r'name="token" value="(\w+)"', page).group(1)
    appoint_administrator(user=cast.neighbour, kind="system")
    assert sit("neighbour").post("/admin/tools/files/", {"token": token}).status_code == 422


def test_every_bad_row_is_named_by_line_and_column(sit, admins):
    text = "code,name,level,parent\nX1,甲,planet,440310\nX2,,community,RS\n"
    answer = upload(sit, "areas.csv", text)
    page = answer.content.decode()
    assert answer.status_code == 422
    for line, column in ((2, "level"), (3, "name")):
        assert re.search(rf'areas.csv</th><td class="tool-number" [^>]+>{line}</td><td [^>]+>{column}</td>', page)


@pytest.mark.parametrize("name", ["people.csv", "areas.exe", "..csv"])
def test_other_files_are_refused(sit, admins, name):
    assert upload(sit, name, "a,b\n").status_code == 422


SHEETS = ["areas", "departments", "categories", "responsibilities", "service_levels", "calendar"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_changes_nothing_when_loaded(sit, admins, kind):
    client = sit("system_admin")
    files = [
        SimpleUploadedFile(f"{name}.{kind}", client.get(f"/admin/tools/files/{name}.{kind}").content) for name in SHEETS
    ]
    page = client.post("/admin/tools/files/", {"files": files}).content.decode()
    number = r'<td class="tool-number" [^>]+>(\d+)</td>'
    rows = re.findall(rf"(\w+)</th>{number}{number}", page)
    assert [row[0] for row in rows] == SHEETS
    assert {row[1:] for row in rows} == {("0", "0")}


def test_no_cell_is_a_formula(sit, admins, cast):
    Area.objects.filter(code="EB").update(name="=HYPERLINK(1)")
    client = sit("system_admin")
    assert ",'=HYPERLINK(1)," in client.get("/admin/tools/files/areas.csv").content.decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/admin/tools/files/areas.xlsx").content))
    assert "f" not in {cell.data_type for row in book.active.iter_rows() for cell in row}


@pytest.mark.parametrize("address", ["users.csv", "areas.pdf"])
def test_nothing_else_is_exported(sit, admins, address):
    assert sit("system_admin").get(f"/admin/tools/files/{address}").status_code == 404


# --- Lock-outs and sessions


def lock(user):
    user.set_password(PASSWORD)
    user.save()
    for _ in range(6):
        attempt(passwords.SCOPE, passwords.key(user.username), timezone.now())


def test_a_lock_out_is_seen_and_lifted_on_the_record(sit, admins, cast):
    lock(cast.officer)
    attempt(passwords.SCOPE, "nobody-of-this-name", timezone.now(), limit=1)
    client = sit("security_admin")
    page = client.get("/admin/tools/lockouts/").content.decode()
    assert "wrong passwords" in page
    assert "1 name without an account" in page
    lift = f"/admin/tools/lockouts/{cast.officer.pk}/lift/"
    client.post(lift, {"reason": " "})
    assert not Entry.objects.filter(action="lockout_lifted").exists()
    client.post(lift, {"reason": "本人到场，已核实身份"})
    entry = Entry.objects.get(action="lockout_lifted")
    assert (entry.matter_type, entry.matter_id, entry.actor) == ("account", cast.officer.pk, cast.security_admin)
    assert "Nobody is locked out" in client.get("/admin/tools/lockouts/").content.decode()
    answer = Client().post("/accounts/login/", {"login": "officer", "password": PASSWORD})
    assert answer.status_code == 302


def test_nobody_lifts_ones_own(sit, admins, cast):
    client = sit("security_admin")
    client.post(f"/admin/tools/lockouts/{cast.security_admin.pk}/lift/", {"reason": "急用"})
    assert not Entry.objects.filter(action="lockout_lifted").exists()


@pytest.mark.parametrize("who", ["system_admin", "auditor", "root"])
def test_the_others_lift_and_end_nothing(sit, admins, cast, who):
    lock(cast.officer)
    for address in ("lockouts/{}/lift/", "sessions/{}/end/"):
        address = f"/admin/tools/{address.format(cast.officer.pk)}"
        assert sit(who).post(address, {"reason": "急用"}).status_code == 404


@pytest.fixture
def signed_in(cast, settings):
    """The officer, really signed in by password."""
    settings.STAFF_TOTP_REQUIRED = False
    user = cast.officer
    user.set_password(PASSWORD)
    user.save()
    browser = Client(headers={"user-agent": "Kiosk 7", "accept-language": "en"})
    browser.post("/accounts/login/", {"login": "officer", "password": PASSWORD})
    return browser


def test_sessions_are_listed_and_ended_with_the_tokens(sit, admins, cast, signed_in):
    issue_token(user=cast.officer)
    page = sit("security_admin").get("/admin/tools/sessions/").content.decode()
    assert "Kiosk 7" in page
    assert signed_in.get("/desk/").status_code == 200
    sit("security_admin").post(f"/admin/tools/sessions/{cast.officer.pk}/end/")
    assert signed_in.get("/desk/").status_code == 302
    assert not AuthToken.objects.filter(user=cast.officer).exists()
    assert not UserSession.objects.filter(user=cast.officer).exists()
    assert Entry.objects.get(action="sessions_ended").data == {"sessions": 1}


def test_ones_own_sessions_elsewhere_are_ended(cast, signed_in):
    here = Client(headers={"user-agent": "Laptop", "accept-language": "en"})
    here.post("/accounts/login/", {"login": "officer", "password": PASSWORD})
    page = here.get("/accounts/sessions/").content.decode()
    assert "Kiosk 7" in page
    assert "Laptop" in page
    here.post("/accounts/sessions/")
    assert signed_in.get("/desk/").status_code == 302
    assert here.get("/desk/").status_code == 200


# --- Reply templates, journal


def save_template(sit, text, address="add/"):
    data = {"name": "标准答复", "text": text, "position": "0", "is_active": "on", "department": ""}
    return sit("system_admin").post(f"/admin/desks/replytemplate/{address}", data)


def test_a_template_is_seen_before_it_is_saved(sit, admins):
    page = save_template(sit, "您好，{reference} 已由{unit}核实。", "preview/").content.decode()
    assert "7K4-MN2-XQ9T 已由Urban Management Bureau核实。" in page
    assert not ReplyTemplate.objects.exists()
    assert save_template(sit, "您好，{reference} 已办。").status_code == 302
    assert ReplyTemplate.objects.get().text == "您好，{reference} 已办。"


@pytest.mark.parametrize("text", ["{nothing}", "{reference", "} {unit}", "{ reference }", "{}"])
def test_a_placeholder_that_there_is_not_is_named(sit, admins, text):
    answer = save_template(sit, f"您好 {text}")
    assert answer.status_code == 200
    assert "There is no placeholder" in answer.content.decode()
    assert not ReplyTemplate.objects.exists()


@pytest.mark.parametrize("who", ["security_admin", "auditor", "dispatcher"])
def test_templates_are_the_system_administrators(sit, admins, who):
    assert sit(who).get("/admin/desks/replytemplate/add/").status_code in (302, 403)
    assert sit(who).post("/admin/desks/replytemplate/preview/", {"text": "a"}).status_code in (302, 403)


@pytest.mark.parametrize("term", ["{reference}", "{spoken}", "assign", "dispatcher"])
def test_the_auditor_searches_the_journal(sit, admins, walk, term):
    walk.to("assigned")
    spoken = walk.petition.spoken_reference
    page = sit("auditor").get("/admin/journal/entry/", {"q": term.format(reference=walk.reference, spoken=spoken)})
    assert "Given to a department" in page.content.decode()


def test_the_journal_calls_a_petition_by_its_reference(sit, admins, walk, cast):
    walk.to("assigned")
    reception = journal.write(
        matter_type="reception", matter_id=7, action="planned", at=timezone.now(), visibility="staff"
    )
    client, spoken = sit("auditor"), walk.petition.spoken_reference
    page = client.get("/admin/journal/entry/").content.decode()
    assert f"Petition {spoken}" in page
    assert f"Petition {walk.petition.pk}" not in page
    history = f"matter_type=petition&matter_id={walk.petition.pk}"
    assert f"/admin/journal/entry/?{escape(history)}" in page  # an auditor has no desk: all that happened to it
    page = client.get(f"/admin/journal/entry/?{history}").content.decode()
    assert "Given to a department" in page
    assert "Reception 7" not in page
    assert "Reception 7" in client.get(f"/admin/journal/entry/{reception.pk}/change/").content.decode()
    Office.objects.create(user=cast.auditor, area=cast.area["RS"], role="dispatcher")
    for address in ("", f"{Entry.objects.get(action='assign').pk}/change/"):
        page = sit("auditor").get(f"/admin/journal/entry/{address}").content.decode()
        assert f'href="/desk/petitions/{walk.reference}/">Petition {spoken}' in page


def test_the_journal_is_in_words_whatever_it_tells_of(sit, admins):
    for matter, action, state in (("case_round", "vote_opened", "voting"), ("reception", "published", "published")):
        journal.write(
            matter_type=matter, matter_id=7, action=action, at=timezone.now(), to_state=state, visibility="staff"
        )
    page = sit("auditor").get("/admin/journal/entry/", {"matter_type": "case_round"}).content.decode()
    assert "Selection of cases 7" in page
    assert "Vote opened" in page
    assert "Vote under way" in page
    assert "Reception 7" not in page


def test_the_journal_is_read_only_and_keeps_accusations_from_view(sit, admins, walk, cast):
    walk.to("registered")
    walk.act("officer", "note", text="家属情况敏感。")
    entry = Entry.objects.get(action="note")
    client = sit("auditor")
    page = client.get(f"/admin/journal/entry/{entry.pk}/change/").content.decode()
    assert "家属情况敏感。" in page
    assert client.post(f"/admin/journal/entry/{entry.pk}/change/", {"note": "x"}).status_code == 403
    assert client.get(f"/admin/journal/entry/{entry.pk}/delete/").status_code == 403
    assert client.get("/admin/journal/entry/add/").status_code == 403
    walk.act("officer", "restrict")
    assert "家属情况敏感。" not in client.get(f"/admin/journal/entry/{entry.pk}/change/").content.decode()
    for who in ("system_admin", "security_admin", "root"):
        assert sit(who).get("/admin/journal/entry/").status_code == 403


def test_the_journal_takes_the_same_statements_for_50_rows_as_for_5(sit, admins, cast):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.factories import put_into

    client, taken = sit("auditor"), []
    for number in (5, 45):
        for _ in range(number):
            put_into(PetitionFactory(area=cast.area["EB"]), "registered")
        client.get("/admin/journal/entry/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/admin/journal/entry/")
        taken.append(len(seen))
    assert taken[0] == taken[1]
