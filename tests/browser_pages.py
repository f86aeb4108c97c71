"""Every public page and state, for axe and for screenshots: name, address, what must be done first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from desks.models import Export
from petitions.views.published import PLACES_KEY
from tests.browser_words import TEXT
from tests.cast import RESIDENT_PHONE
from tests.desks.conftest import suggest
from tests.walk import Walk

WORDS = ("help", "privacy", "accessibility", "contact")
OPEN = {
    "home": "/",
    "submit": "/submit/",
    "submit-wrongdoing": "/submit/wrongdoing/",
    "follow": "/follow/",
    "published": "/published/",
    "published-none": "/published/?q=找不到",
    "stations": "/stations/",
    "deputies": "/deputies/",
    "deputies-none": "/deputies/?q=找不到",
    "deputy": "/deputies/D1/",
    "stop-following": "/following/stop/",
    "station": "/stations/east/",
    "department": "/departments/water/",
    "category": "/categories/drain/",
    "topics": "/topics/",
    "receptions": "/receptions/",
    **{name: f"/{name}/" for name in WORDS},
    "design": "/design/",
    "offline": "/offline/",
    "not-found": "/no-such-page/",
    "sign-in": "/accounts/login/",
    "code": "/accounts/code/",
}
STATES = ("submitted", "registered", "in_progress", "awaiting_evaluation", "concluded")


def desks(matter: Walk) -> list[tuple[str, str, str]]:
    """Bring matters to where each desk has something to do; return every page of the staff: who, name, address."""
    matter.submit(deputy="D1")
    matter.to("awaiting_evaluation")
    matter.mine("evaluate", process="satisfied", result="dissatisfied", comment="还没修好。")
    matter.to("replied")
    suggest(matter.to("registered").petition, "water", "road")
    triage = matter.reference
    matter.to("in_progress")
    working, order = matter.reference, matter.order.pk
    _files_of(matter.cast.officer)
    return [
        ("dispatcher", "workbench", "/desk/"),
        ("dispatcher", "workbench-filtered", "/desk/?tab=all&urgency=ordinary"),
        ("dispatcher", "workbench-empty", "/desk/?tab=returns"),
        ("dispatcher", "workbench-none", "/desk/?tab=all&search=找不到"),
        ("dispatcher", "matter-assign", f"/desk/petitions/{triage}/?open=assign"),
        ("dispatcher", "new", "/desk/new/"),
        ("dispatcher", "exports-none", "/desk/exports/"),
        ("dispatcher", "paper", f"/desk/petitions/{working}/form/"),
        ("officer", "exports", "/desk/exports/"),
        ("officer", "public-text", f"/desk/petitions/{triage}/public-text/"),
        ("officer", "merge", f"/desk/petitions/{triage}/merge/?into={working}"),
        ("head", "sessions", "/accounts/sessions/"),
        ("head", "unit-answer", "/desk/unit/?tab=answer"),
        ("head", "unit-said", "/desk/unit/?tab=said"),
        ("head", "unit-reply", f"/desk/petitions/{working}/?open=reply-{order}"),
        ("head", "messages", "/desk/messages/"),
        ("head", "unit-figures", "/insights/"),
        ("supervisor", "supervision", "/desk/supervision/"),
        ("supervisor", "router", "/desk/router/"),
        ("supervisor", "topics", "/desk/topics/?days=90"),
        ("supervisor", "figures", "/insights/"),
        ("supervisor", "status", "/status/"),
        ("deputy", "deputy", "/desk/?tab=all"),
    ]


def _files_of(user: Any) -> None:
    """One file that is ready and one that failed."""
    now = timezone.now()
    made: dict[str, Any] = {"user": user, "query": "tab=all", "language": "zh-hans", "asked_at": now, "ended_at": now}
    Export.objects.create(
        **made, format="xlsx", personal=True, state="ready", rows=12, size=4096, expires_at=now + timedelta(days=1)
    )
    Export.objects.create(**made, format="csv", state="failed", reason="broken")


def stage(matter: Walk) -> dict[str, str]:
    """Bring petitions into every state a resident sees, one of them published; return their references."""
    found = {}
    for state in STATES:
        matter.to(state)
        found[state] = matter.reference
    matter.act("officer", "propose_publication", title="学校门口下水道已疏通", text="学校门口的下水道堵塞，下雨积水。")
    matter.act("dispatcher", "publish")
    found["published"] = matter.reference
    cache.delete(PLACES_KEY)
    matter.to("registered")
    matter.act("dispatcher", "decline", reason="该事项正在诉讼中。", channel="请向区人民法院咨询。")
    found["declined"] = matter.reference
    return found


def unlock(visitor: Any, reference: str) -> None:
    """Open one's own petition as a resident does."""
    page = visitor.go(f"/follow/?reference={reference}")
    page.fill("#id_phone_tail", RESIDENT_PHONE[-4:])
    page.click("main form .btn-big")
    page.wait_for_url(f"**/petitions/{reference}/")


def _post_without_token(page: Any) -> None:
    """Send a form as a page does that was open for too long."""
    with page.expect_navigation():
        page.evaluate("""() => {
            const form = document.createElement("form");
            Object.assign(form, { method: "post", action: "/display/" });
            document.body.append(form);
            form.submit();
        }""")


def each(visitor: Any, references: dict[str, str]) -> Any:
    """Go through all pages and states; yields the name of each when it is shown."""
    for name, path in OPEN.items():
        visitor.go(path)
        yield name
    for state, reference in references.items():
        if state == "published":
            visitor.go(f"/published/{reference}/follow/")
            yield "follow-published"
            visitor.go("/published/").click(".fold-wide summary")
            yield "published-map"
            visitor.go(f"/published/{reference}/")
        else:
            unlock(visitor, reference)
        yield f"petition-{state}"
    _post_without_token(visitor.go("/help/"))
    yield "forbidden"
    page = visitor.go("/submit/")
    page.fill("#id_text", TEXT + "有人受伤")
    page.wait_for_selector("[data-category]")
    yield "submit-suggestion"
    page.click("form.submit button[type=submit]")
    page.wait_for_selector(".summary-bad")
    yield "submit-errors"
    page.fill("#id_phone", RESIDENT_PHONE)
    page.click("form.submit button[type=submit]")
    page.wait_for_url("**/submit/done/")
    yield "submit-done"
    page = visitor.go("/submit/")
    page.fill("#id_text", "村主任贪污工程款，请查处")
    page.wait_for_selector("#suggestion .note-ask")
    yield "submit-accusation"
    page.fill("#id_text", "")
    page.wait_for_timeout(400)
