"""Every page of the desks × every role: whose it is, and 404 for everybody else."""

from __future__ import annotations

import pytest
from django.urls import get_resolver

from desks import urls
from tests.cast import ROLES
from tests.desks.conftest import at_version

pytestmark = pytest.mark.django_db

WORKBENCH = {"officer", "station_head", "dispatcher", "supervisor", "deputy", "far_officer", "far_dispatcher"}
UNITS = {"handler", "head", "road_handler", "road_head"}
# The petition is East Bank's, with the water unit and the road unit as its helper.
READERS = {
    "officer",
    "station_head",
    "dispatcher",
    "supervisor",
    "deputy",
    "handler",
    "head",
    "road_handler",
    "road_head",
}
AT_WORK = READERS - {"deputy"}
STATIONS = WORKBENCH - {"deputy"}
OF_EAST = {"officer", "station_head", "dispatcher", "supervisor"}
HOME = dict.fromkeys(WORKBENCH, 200)
GET = {
    "tabs": ("/desk/tabs/", WORKBENCH),
    "new": ("/desk/new/", WORKBENCH - {"supervisor"}),
    "unit": ("/desk/unit/", UNITS),
    "supervision": ("/desk/supervision/", {"supervisor"}),
    "told": ("/desk/messages/", WORKBENCH | UNITS),
    "told_unread": ("/desk/messages/unread/", WORKBENCH | UNITS),
    "exports": ("/desk/exports/", WORKBENCH | UNITS),
    "stations": ("/desk/stations/", STATIONS),
    "station": ("/desk/stations/east/", OF_EAST),
    "reception_new": ("/desk/stations/east/receptions/new/", OF_EAST),
    "receptions": ("/desk/receptions/", STATIONS),
    "days": ("/desk/days/", STATIONS),
    "day_new": ("/desk/days/new/", STATIONS - {"officer", "station_head", "far_officer"}),
    "check": ("/desk/stations/east/check/2026/", OF_EAST),
    "deputy": ("/desk/deputy/", {"deputy"}),
    "claimable": ("/desk/deputy/claimable/", {"deputy"}),
    "duty": ("/desk/duty/", WORKBENCH),
    "duty_files": ("/desk/duty/files/", STATIONS),
    "duty_file": ("/desk/duty/files/D1/", OF_EAST | {"deputy"}),
    "duty_queue": ("/desk/duty/queue/", STATIONS),
    "duty_late": ("/desk/duty/behind/", STATIONS),
    "matter": ("/desk/petitions/{ref}/", READERS),
    "related": ("/desk/petitions/{ref}/related/", READERS),
    "paper": ("/desk/petitions/{ref}/form/", AT_WORK),
}
POST = {
    "save_filter": ("/desk/filters/", WORKBENCH, {302}),
    "remove_filter": ("/desk/filters/1/remove/", WORKBENCH, {302}),
    "prefer_filter": ("/desk/filters/1/prefer/", WORKBENCH, {302}),
    "bulk": ("/desk/bulk/", WORKBENCH - {"deputy"}, {200}),  # a note; each move's own: test_bulk.py
    "assign_first": ("/desk/petitions/{ref}/assign-first/", WORKBENCH & READERS, {302}),
    "move": ("/desk/petitions/{ref}/moves/note/", READERS, {302, 422}),
    "order_move": ("/desk/petitions/{ref}/orders/{order}/urge/", READERS - {"road_handler", "road_head"}, {302, 422}),
    "watch": ("/desk/petitions/{ref}/watch/", {"supervisor"}, {422}),
    "look_back": ("/desk/petitions/{ref}/look-back/", {"supervisor"}, {422}),
    "told_read": ("/desk/messages/read/", WORKBENCH | UNITS, {302}),
    "quick": ("/desk/unit/orders/{order}/sign/", {"handler", "head"}, {302}),
    "urge": ("/desk/supervision/urge/", {"supervisor"}, {422}),
}


@pytest.fixture
def held(walk):
    walk.submit(deputy="D1")
    walk.act("dispatcher", "assign", units=["water"], co_units=["road"])
    return walk


def address(template: str, held) -> str:
    return template.format(ref=held.reference, order=held.order.pk)


def test_the_matrix_names_every_address():
    elsewhere = {"router", "router_roll_back", "topics"}  # tested with the router's own pages
    # Visits and appointments: tests/visits.
    elsewhere |= {
        name for name in (each.name for each in urls.urlpatterns) if name.startswith(("visit", "appointment"))
    }
    # What names a row that a test must make first: tests/stations and test_duty_pages.py with tests/deputies.
    elsewhere |= {
        "calendar", "check_photo", "day", "day_move", "day_stations", "meeting", "reception", "reception_attend",
        "reception_move", "station_photo", "station_photo_away",
        "claim", "deputy_urge", "duty_appeal", "duty_decide", "duty_enter", "duty_evidence", "duty_rule",
    }  # fmt: skip
    elsewhere |= {"export_file", "export_remove"}  # test_exports.py
    elsewhere |= {"told_follow"}  # test_letters.py
    elsewhere |= {"presence", "public_text", "propose_publication", "merge"}  # test_beside.py
    assert {*GET, *POST, "home"} | elsewhere == {pattern.name for pattern in urls.urlpatterns}
    assert get_resolver().namespace_dict["desks"]


@pytest.mark.parametrize("role", ROLES)
def test_pages(sit, held, role):
    client = sit(role)
    for name, (template, allowed) in GET.items():
        answer = client.get(address(template, held))
        assert answer.status_code == (200 if role in allowed else 404), (name, role)


@pytest.mark.parametrize("role", ROLES)
def test_forms(sit, held, role):
    for name, (template, allowed, fine) in POST.items():
        own = "order" if "{order}" not in template else held.order_of("water").pk
        data = at_version(
            held.petition, text="Seen.", note="Please.", unit="water", move="note", name="View", order=own
        )
        answer = sit(role).post(address(template, held), data)
        assert answer.status_code in (fine if role in allowed else {404}), (name, role)


def test_strangers_sign_in_first(sit, held):
    for template in [*(t for t, _a in GET.values()), "/desk/"]:
        answer = sit().get(address(template, held))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/?next=/desk/")


@pytest.mark.parametrize("role", ROLES)
def test_everybody_lands_on_the_desk_of_the_role(sit, held, role):
    answer = sit(role).get("/desk/")
    if role in WORKBENCH:
        assert answer.status_code == 200
    elif role in UNITS:
        assert answer["Location"] == "/desk/unit/"
    elif role in {"system_admin", "security_admin", "auditor", "root"}:
        assert answer["Location"] == "/admin/"
    else:
        assert answer["Location"] == "/mine/"


@pytest.mark.parametrize("role", ROLES)
def test_a_restricted_matter_is_the_supervisors_alone(sit, walk, role):
    walk.submit(text="村主任贪污工程款，请查处。", kind="accusation")
    answer = sit(role).get(f"/desk/petitions/{walk.reference}/")
    assert answer.status_code == (200 if role == "supervisor" else 404)


def test_a_supervisor_of_no_area_of_it_sees_nothing(sit, walk):
    walk.to("registered")
    assert walk.reference not in sit("far_dispatcher").get("/desk/?tab=all").content.decode()
