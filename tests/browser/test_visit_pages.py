"""Every page of visits and appointments: axe, width, both languages; booking with a thumb and with the keyboard."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import phone_index
from stations.models import Reception
from stations.models.appointments import Appointment
from tests.browser.test_access import _elder_faults
from tests.browser.test_desk_keyboard import sign_in
from tests.visits.conftest import visit_payload
from tests.visits.test_appointments import wanted

FOLDER = settings.BASE_DIR / "var" / "screenshots" / "visits"


def stage(town: Any) -> dict[str, Any]:
    """Visits with each outcome, a reception with places, appointments of each kind."""
    now = timezone.now().replace(second=0, microsecond=0)
    reception = Reception.objects.create(
        station=town.station["east"], starts_at=now + timedelta(days=3), ends_at=now + timedelta(days=3, hours=2),
        capacity=8, slot_minutes=15, state="published", state_since=now, published_at=now,
    )  # fmt: skip

    def post(who: str | None, address: str, values: dict[str, Any]) -> dict[str, Any]:
        client = APIClient(HTTP_ACCEPT_LANGUAGE="zh-hans")
        if who:
            client.force_authenticate(getattr(town, who))
        answer = client.post(f"/api/v1/{address}", values, format="json")
        assert answer.status_code in (200, 201), answer.content.decode()
        return dict(answer.json())

    found: dict[str, Any] = {"reception": reception.pk}
    names = ["王芳", "李桂香", "赵国强"]
    found["answered"] = post(
        "deputy", "visits/",
        visit_payload(answer="已当场说明夜间限噪时段，并请物业今晚巡查。", group_size=12, representatives=names),
    )["id"]  # fmt: skip
    found["noted"] = post("deputy", "visits/", visit_payload(phone="13800000011", urgent=True))["id"]
    found["raised"] = post("officer", "visits/", visit_payload(phone="13800000012", raised=True, deputies=["D1"]))["id"]
    apart = visit_payload(phone="13800000013", confidentiality="restricted")
    found["restricted"] = post("officer", "visits/", apart)["id"]
    found["booked"] = post(None, "appointments/", wanted(reception=reception.pk, deputy="D1"))["reference"]
    asked = wanted(deputy="D1", wish="周末上午", phone="13800000014", occasion="supervise")
    found["asked"] = post(None, "appointments/", asked)["reference"]
    post("officer", f"appointments/{found['booked']}/actions/invite/", {"department": "water"})
    return found


def pages(town: Any, found: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    """Name, who, address."""
    return [
        ("visit-new", "deputy", "/desk/visits/new/"),
        ("visits", "officer", "/desk/visits/"),
        ("visits-supervisor", "supervisor", "/desk/visits/"),
        ("visit-answered", "deputy", f"/desk/visits/{found['answered']}/"),
        ("visit-noted", "officer", f"/desk/visits/{found['noted']}/"),
        ("visit-raised", "officer", f"/desk/visits/{found['raised']}/"),
        ("visit-restricted", "supervisor", f"/desk/visits/{found['restricted']}/"),
        ("visit-record", "officer", f"/desk/visits/{found['answered']}/record/"),
        ("appointments-desk", "officer", "/desk/appointments/"),
        ("appointment-desk", "deputy", f"/desk/appointments/{found['asked']}/"),
        ("appointment-unit", "head", f"/desk/appointments/{found['booked']}/"),
        ("appointments-none", "officer", "/desk/appointments/?tab=no_show"),
        ("book", None, f"/appointments/new/?reception={found['reception']}"),
        ("appointment-find", None, "/appointments/"),
        ("appointment", "resident", f"/appointments/{found['booked']}/"),
        ("sign-out", "deputy", "/accounts/logout/"),
    ]


@pytest.mark.parametrize(
    ("width", "language", "display"),
    [
        (390, "zh-hans", {}),
        (390, "en", {"theme": "dark"}),
        (1440, "zh-hans", {}),
        (1440, "en", {}),
        (390, "zh-hans", {"elder": 1}),
    ],
)
def test_axe_and_width(visit: Any, town: Any, width: int, language: str, display: dict[str, Any]) -> None:
    found = stage(town)
    problems: list[str] = []
    visitor = visit(width=width, language=language)
    visitor.display(**display)
    for name, who, address in pages(town, found):
        if who:
            sign_in(visitor, getattr(town, who))
        page = visitor.go(address)
        assert page.title(), name
        problems += [f"{name}: {each}" for each in visitor.axe()]
        if visitor.overflow() > 0:
            problems.append(f"{name} is {visitor.overflow()} px too wide")
        if "elder" in display and who is None:
            problems += [f"{name}: {fault}" for fault in _elder_faults(page)]
        if os.environ.get("SCREENSHOTS") == "1":
            FOLDER.mkdir(parents=True, exist_ok=True)
            kind = "-elder" if display.get("elder") else ""
            page.screenshot(path=str(FOLDER / f"{name}-{width}-{language}{kind}.png"), full_page=True)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_resident_books_moves_and_cancels(visit: Any, town: Any, javascript: bool) -> None:
    found = stage(town)
    visitor = visit(javascript=javascript)
    page = visitor.go(f"/appointments/new/?reception={found['reception']}")
    page.check("input[name=occasion][value=study]")
    page.check("input[name=slot] >> nth=1")
    page.fill("#id_subject", "想一起学习物业管理条例。")
    page.fill("#id_phone", "13800000099")
    page.click("form.book button.btn-big")
    page.wait_for_selector(".appointment-time")
    made = Appointment.objects.get(contact__phone_index=phone_index("13800000099"))
    assert made.place == 3  # the first is taken, the first of those shown is the second

    visitor.context.clear_cookies()
    page = visitor.go(f"/appointments/?reference={made.reference}")
    page.fill("#id_phone_tail", "0099")
    page.click("main form .btn-big")
    page.wait_for_selector(".appointment-time")
    page.click("summary >> nth=-2")
    page.check("input[name=slot] >> nth=0")
    page.click("form[action$='/move/'] button")
    page.wait_for_selector(".toast-success")
    page.click("summary >> nth=-1")
    page.click("form[action$='/cancel/'] button")
    page.wait_for_selector(".toast-success")
    made.refresh_from_db()
    assert (made.state, made.place, made.moves) == ("cancelled", 2, 1)
