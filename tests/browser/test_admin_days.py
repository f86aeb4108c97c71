"""The administrators' days in a browser, and every list, form and filter that they have. No fixed waits."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from accounts import passwords
from accounts.actions import appoint_administrator
from accounts.attempts import attempt
from accounts.models import User
from desks.models import ReplyTemplate
from journal.models import Entry
from tests.browser.test_days import LANGUAGES, day, sound
from tests.walk import Walk


def office(cast: Any, who: str, kind: str) -> Any:
    """One of the three administrators, with what belongs to the role."""
    appoint_administrator(user=getattr(cast, who), kind=kind)
    return getattr(cast, who)


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1440, "zh-hans")])
def test_a_system_administrator_asks_loads_and_writes_a_template(
    visit: Any, town: Any, width: int, language: str
) -> None:
    visitor = day(visit, office(town, "system_admin", "system"), width=width, language=language)
    page = visitor.go("/admin/tools/who/")
    page.fill("#id_text", "校门口下水道堵了，井盖也坏了")
    page.select_option("#id_area", "EB")
    page.click("form.tool-card .tool-btn")
    page.wait_for_selector(".tool-ranks li")
    sound(visitor)
    page = visitor.go("/admin/tools/tree/")
    sound(visitor)
    page = visitor.go("/admin/tools/files/")
    sheet = {"name": "calendar.csv", "mimeType": "text/csv", "buffer": b"date,is_workday,note\n2027-01-04,no,\n"}
    page.set_input_files("#files", files=[sheet])
    page.click("form[enctype] .tool-btn")
    page.wait_for_selector("input[name=token]", state="attached")
    sound(visitor)
    page.click("form:has(input[name=token]) button")
    page.wait_for_function("() => !document.querySelector('input[name=token]')")
    assert Entry.objects.filter(action="directory_loaded").exists()
    page = visitor.go("/admin/desks/replytemplate/add/")
    page.fill("#id_name", "标准答复")
    page.fill("#id_text", "您的诉求 {reference} 已由{unit}核实。")
    with page.expect_popup() as opened:
        page.click("button[formaction$='/preview/']")
    opened.value.wait_for_selector(".tool-card")
    assert "7K4-MN2-XQ9T" in opened.value.inner_text(".tool-card")
    sound(visitor)
    page.click("button[name=_save]")
    page.wait_for_url("**/admin/desks/replytemplate/")
    assert ReplyTemplate.objects.count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_security_administrator_lifts_a_lock_out(visit: Any, town: Any, language: str) -> None:
    locked = town.officer
    locked.set_password("lamp-post-73-east")
    locked.save()
    for _ in range(6):
        attempt(passwords.SCOPE, passwords.key(locked.username), timezone.now())
    visitor = day(visit, office(town, "security_admin", "security"), language=language)
    page = visitor.go("/admin/tools/lockouts/")
    sound(visitor)
    page.fill("input[name=reason]", "本人到场，已核实身份")
    page.click(".tool-inline button")
    page.wait_for_function("() => !document.querySelector('.tool-inline')")
    assert Entry.objects.get(action="lockout_lifted").actor == town.security_admin
    key = next(each["value"] for each in visitor.context.cookies() if each["name"] == settings.SESSION_COOKIE_NAME)
    UserSession.objects.create(user=locked, ip="192.0.2.1", user_agent="curl/8.5.0", session_key=key)
    visitor.go("/admin/tools/sessions/")
    assert page.locator(".tool-table tbody tr").count() == 1
    sound(visitor)
    visitor.go("/accounts/sessions/")
    sound(visitor)


@pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (1440, "en")])
def test_an_auditor_searches_the_journal(visit: Any, matter: Walk, width: int, language: str) -> None:
    matter.to("assigned")
    visitor = day(visit, office(matter.cast, "auditor", "auditor"), width=width, language=language)
    page = visitor.go(f"/admin/journal/entry/?q={matter.reference}")
    assert page.locator("#result_list tbody tr").count() == 3
    sound(visitor)
    page.press("#changelist-filter-open", "Enter")  # by keyboard
    page.wait_for_selector("#changelist-filter button:focus")
    page.keyboard.press("Escape")
    page.wait_for_selector("#changelist-filter-open:focus")
    page.keyboard.press("Enter")
    page.fill("[name=day_from]", f"{timezone.localdate():%Y-%m-%d}")
    page.fill("[name=day_to]", f"{timezone.localdate():%Y-%m-%d}")
    sound(visitor)
    page.press("[name=day_to]", "Enter")
    page.wait_for_url("**day_from=*")
    assert page.locator("#result_list tbody tr").count() == 3
    page = visitor.go("/admin/journal/entry/?day_from=2026-02-30")
    assert page.locator("#result_list tbody tr").count() == 0
    page.click("#changelist-filter-open")
    assert "2026-02-30" in page.inner_text(".errors, [role=alert]")
    sound(visitor)


def test_an_auditor_reads_an_entry_on_a_phone(visit: Any, matter: Walk) -> None:
    matter.to("assigned")
    entry = Entry.objects.latest("pk")
    visitor = day(visit, office(matter.cast, "auditor", "auditor"), width=390)
    page = visitor.go(f"/admin/journal/entry/{entry.pk}/change/")
    assert date_format(timezone.localtime(entry.at), "j M Y, H:i") in page.inner_text("#content")
    sound(visitor)


@pytest.mark.parametrize("width", [390, 1440])
def test_a_security_administrator_opens_an_account(visit: Any, town: Any, width: int) -> None:
    visitor = day(visit, office(town, "security_admin", "security"), width=width, language="zh-hans")
    page = visitor.go("/admin/")
    assert page.locator(".tool-tiles a").count() == 2
    sound(visitor)
    page = visitor.go("/admin/accounts/user/add/")
    for name in ("password1", "password2"):  # an unstyled field has no border among django-unfold's: nobody sees it
        assert page.eval_on_selector(f"[name={name}]", "e => getComputedStyle(e).borderTopWidth") != "0px"
    page.fill("[name=username]", "newcomer")
    page.fill("[name=password1]", "lamp-post-73-east")
    page.fill("[name=password2]", "something else")
    page.click("[name=_save]")
    page.wait_for_selector(".errors svg.icon")
    assert page.locator(".errors svg.icon").bounding_box()["height"] < 40
    page.fill("[name=password1]", "lamp-post-73-east")
    page.fill("[name=password2]", "lamp-post-73-east")
    page.click("[name=_save]")
    page.wait_for_url("**/change/")
    sound(visitor)
    newcomer = day(visit, User.objects.get(username="newcomer"), width=width)
    assert "No office yet" in newcomer.go("/desk/").inner_text("main")
    sound(newcomer)


# Where the administrators' own navigation leads: lists and tools.
PLACES = """() => {
  const links = [...document.querySelectorAll("#nav-sidebar a[href], #content a[href]")].map((a) => a.pathname);
  return [...new Set(links)].filter((path) => path.startsWith("/admin/") && path !== "/admin/");
}"""


@pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (1440, "en")])
@pytest.mark.parametrize(
    ("who", "kind"), [("system_admin", "system"), ("security_admin", "security"), ("auditor", "auditor")]
)
def test_axe_and_width_of_every_list_its_filters_and_its_forms(
    visit: Any, matter: Walk, who: str, kind: str, width: int, language: str
) -> None:
    matter.to("in_progress")
    visitor = day(visit, office(matter.cast, who, kind), width=width, language=language)
    problems: list[str] = []

    def look(at: str) -> None:
        visitor.page.wait_for_load_state("networkidle")
        problems.extend(visitor.axe())
        if visitor.overflow() > 0:
            problems.append(f"{at} is {visitor.overflow()} px too wide")

    page = visitor.go("/admin/")
    places = page.evaluate(PLACES)
    assert len(places) >= 4
    for place in places:
        page = visitor.go(place)
        look(place)
        if (opener := page.locator("#changelist-filter-open")).is_visible():
            opener.click()
            look(f"{place} with its filters")
        forms = [page.locator("#result_list tbody th a"), page.locator("#content-main a[href$='/add/'], a.addlink")]
        for address in [found.first.get_attribute("href") for found in forms if found.count()]:
            visitor.go(address)
            look(address)
            visitor.go(place)
    assert not problems, "\n".join(problems)
