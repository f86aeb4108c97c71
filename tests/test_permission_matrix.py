"""Every address of the API × every person of the cast: what they are answered. A new address needs a row here."""

import pytest
from django.urls import get_resolver
from django.utils import timezone

from directory.calendar import local_day
from journal.models import Entry
from petitions.models import Petition
from stations.models import Reception, UnifiedDay
from tests.cast import ROLES
from tests.factories import PetitionFactory
from tests.petitions.test_attachments import picture, send
from tests.test_wiring import api_views
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db

EVERYBODY = [*ROLES, "nobody", "token", "other token"]
# The petition: East Bank, in progress with the water unit, received by the deputy.
READERS = {"officer", "station_head", "dispatcher", "supervisor", "handler", "head", "deputy", "resident"}
ORDER_READERS = READERS - {"resident"}
SIGNED_IN = set(ROLES)
STAFF = {
    "officer", "station_head", "dispatcher", "supervisor", "handler", "head", "road_handler", "road_head",
    "far_officer", "far_dispatcher",
}  # fmt: skip
# Who look after the station of East Bank.
KEEPERS = {"officer", "station_head", "dispatcher", "supervisor"}
VERIFIERS = {"officer", "station_head", "dispatcher", "supervisor"}
MENDS = {"dispatcher", "supervisor", "far_dispatcher", "system_admin"}


def readers(yes, *, no=404, token=None, others=None, allowed=200):
    """A row: `allowed` for those in `yes`, `no` for other accounts, 401 for nobody; tokens as given."""
    row = {who: allowed if who in yes else no for who in ROLES}
    return row | {"nobody": 401, "token": token or 401, "other token": others or 401}


def everyone(status):
    return dict.fromkeys(EVERYBODY, status)


def some(status, **others):
    """One status for all, apart from those named."""
    return everyone(status) | others


RESIDENTS_MOVE = dict.fromkeys(READERS - {"resident"}, 403)
P = "petitions/{reference}/"
# address: (method, values, {who: status})
MATRIX = {
    "petitions/": ("post", {}, everyone(400)),
    P: ("get", None, readers(READERS, token=200, others=404)),
    P + "follow/": ("post", {"phone_tail": "0000"}, None),  # tests/petitions/test_follow.py
    P + "evaluate/": (
        "post", {"process": "satisfied", "result": "satisfied"},
        readers(set(), token=409, others=404) | dict.fromkeys(READERS, 409),
    ),
    P + "withdraw/": (
        "post", {"reason": 5}, readers(set(), token=400, others=404) | dict.fromkeys(READERS, 400),
    ),
    P + "supplement/": (
        "post", {"text": "补充。"},
        readers(set(), token=200, others=404) | RESIDENTS_MOVE | {"resident": 200},
    ),
    P + "unpublish/": (
        "post", {"x": 1}, readers(set(), token=400, others=404) | dict.fromkeys(READERS, 400),
    ),
    P + "attachments/": (
        "post", None, readers(set(), token=400, others=404) | dict.fromkeys(READERS, 400),
    ),
    P + "attachments/{attachment}/": ("get", None, readers(READERS, token=200, others=404)),
    P + "actions/{action}/": (
        "post", {"text": "记录。"},
        readers({"officer", "station_head", "dispatcher", "supervisor"})
        | dict.fromkeys(["handler", "head", "deputy", "resident"], 403),
    ),
    P + "similar/": ("get", None, readers(READERS - {"resident", "deputy"})),
    "topics/": ("get", None, readers(STAFF)),
    "exports/": ("post", {"x": 1}, readers(STAFF | {"deputy"}, allowed=400)),
    "exports/{id}/": ("get", None, readers(set())),
    "exports/{id}/file/": ("get", None, readers(set())),
    "insights/": ("get", None, readers(STAFF)),
    "router/": ("get", None, readers({"dispatcher", "supervisor", "far_dispatcher"})),
    "router/roll-back/": ("post", {"x": 1}, readers({"dispatcher", "supervisor"}, allowed=400)),
    "public/topics/": ("get", None, everyone(200)),
    "deputies/me/": ("get", None, readers({"deputy"})),
    "claimable/": ("get", None, readers({"deputy"})),
    "claimable/{reference}/claim/": ("post", {}, readers(set())),  # not open: tests/petitions/test_claims.py
    "worklist/": ("get", None, readers(SIGNED_IN)),
    "work-orders/": ("get", None, readers(SIGNED_IN)),
    "work-orders/{id}/actions/{action}/": (
        "post", {}, readers({"handler", "head"}) | dict.fromkeys(ORDER_READERS - {"handler", "head"}, 403),
    ),
    # Appointments: tests/visits/test_appointments.py. None is made in this scene.
    "appointments/": ("post", {}, everyone(400)),
    "appointments/slots/": ("get", None, everyone(200)),
    "appointments/agenda/": ("get", None, readers(SIGNED_IN)),
    "appointments/{reference}/open/": ("post", {"phone_tail": "0000"}, None),
    "appointments/{reference}/move/": ("post", {"phone_tail": "0000"}, None),
    "appointments/{reference}/cancel/": ("post", {"phone_tail": "0000"}, None),
    "appointments/{reference}/actions/{action}/": ("post", {}, readers(set())),
    # Visits: tests/visits. None is written in this scene.
    "visits/": ("get", None, readers(SIGNED_IN)),
    "visits/{id}/": ("get", None, readers(set())),
    "visits/{id}/raise/": ("post", {}, readers(set())),
    "visits/{id}/answer/": ("post", {"text": "答复。"}, readers(set())),
    "visits/{id}/feedback/": ("post", {"feedback": "satisfied"}, readers(set())),
    "visits/{id}/photos/": ("post", None, readers(set())),
    "visits/{id}/photos/{photo}/": ("get", None, readers(set())),
    "public/petitions/": ("get", None, everyone(200)),
    "public/petitions/{reference}/": ("get", None, everyone(404)),  # not published
    "public/petitions/{reference}/support/": ("post", {}, readers(set())),  # published: tests/learning/test_support.py
    # Published: tests/petitions/test_following.py.
    "public/petitions/{reference}/follow/": ("post", {"address": "x@example.cn"}, everyone(404)),
    "public/petitions/{reference}/follow/confirm/": ("post", {"address": "x@example.cn", "code": "1"}, everyone(404)),
    "public/following/stop/": ("post", {}, everyone(400)),
    "public/categories/": ("get", None, everyone(200)),
    "public/areas/": ("get", None, everyone(200)),
    "public/departments/": ("get", None, everyone(200)),
    "public/stations/": ("get", None, everyone(200)),
    "public/deputies/": ("get", None, everyone(200)),
    "public/deputies/{deputy}/": ("get", None, everyone(200)),
    # Duty files: those of the deputy, of the deputy's station, of the commission (tests/deputies).
    "duty/files/{deputy}/": ("get", None, readers(VERIFIERS | {"deputy"})),
    "duty/files/{deputy}/entries/": ("post", None, readers(VERIFIERS | {"deputy"}, allowed=400)),
    "duty/queue/": ("get", None, readers(VERIFIERS | {"far_officer", "far_dispatcher"})),
    "duty/behind/": ("get", None, readers(VERIFIERS | {"far_officer", "far_dispatcher"})),
    "duty/decisions/{id}/{action}/": ("post", {}, readers(set())),
    "duty/appeals/{id}/rule/": ("post", {"granted": True, "ruling": "x"}, readers(set())),
    "duty/appeals/{what}/{id}/": ("post", {"text": "x"}, readers(set())),
    "public/stations/nearest/": ("post", {}, everyone(400)),
    "public/stations/{code}/": ("get", None, everyone(200)),
    "public/receptions/": ("get", None, everyone(200)),
    "public/receptions/{id}/": ("get", None, everyone(404)),  # planned, not announced
    "public/unified-days/{id}/": ("get", None, everyone(404)),
    "stations/": ("get", None, readers(SIGNED_IN)),
    "stations/{code}/change/": ("post", {"x": 1}, readers(KEEPERS, allowed=400)),
    "stations/{code}/photos/": ("post", None, readers(KEEPERS, allowed=400)),
    "stations/{code}/code/": ("get", None, readers(KEEPERS)),
    "stations/{code}/meetings/": ("post", {}, readers(KEEPERS, allowed=400)),
    "stations/{code}/receptions/": ("post", {}, readers(KEEPERS, allowed=400)),
    "stations/{code}/checks/{year}/answers/": ("post", {}, readers(KEEPERS, allowed=400)),
    "stations/{code}/checks/{year}/photos/": ("post", None, readers(KEEPERS, allowed=400)),
    "stations/{code}/checks/{year}/send-in/": ("post", {"x": 1}, readers(KEEPERS, allowed=400)),
    "stations/{code}/checks/{year}/inspect/": ("post", {"x": 1}, readers(set())),  # none was begun
    "receptions/": ("get", None, readers(SIGNED_IN)),
    "receptions/{id}/": ("get", None, readers(KEEPERS)),
    "receptions/{id}/actions/{action}/": ("post", {"x": 1}, readers(KEEPERS, allowed=400)),
    "unified-days/": ("get", None, readers(SIGNED_IN)),
    "unified-days/plan/": ("post", {}, readers({"dispatcher", "supervisor", "far_dispatcher"}, allowed=400)),
    "unified-days/{id}/": ("get", None, readers({"dispatcher", "supervisor"})),
    "unified-days/{id}/actions/{action}/": ("post", {"x": 1}, readers({"dispatcher", "supervisor"}, allowed=400)),
    "calendar-link/": ("post", {"x": 1}, readers(SIGNED_IN, allowed=400)),
    "calendar-link/revoke/": ("post", {}, readers({"deputy"}, no=403)),
    "inbox/": ("get", None, readers(SIGNED_IN)),
    "inbox/{id}/read/": ("post", {}, readers(set())),
    "deliveries/": ("get", None, readers(MENDS, no=403)),
    "deliveries/{id}/retry/": ("post", {}, readers(set(), no=403) | dict.fromkeys(MENDS, 404)),
    "deliveries/{id}/give-up/": ("post", {}, readers(set(), no=403) | dict.fromkeys(MENDS, 404)),
    # Duty reports: tests/appraisals.
    "duty-reports/": ("get", None, readers(SIGNED_IN)),
    "duty-reports/start/": (
        "post", {"deputy": "D1", "year": local_day(timezone.now()).year},
        readers({"deputy", "officer", "station_head", "dispatcher", "supervisor"}, no=403, allowed=201),
    ),
    "duty-reports/{id}/": ("get", None, readers(set())),
    "duty-reports/{id}/actions/{action}/": ("post", {}, readers(set())),
    "public/duty-reports/": ("get", None, everyone(200)),
    "public/duty-reports/{id}/": ("get", None, everyone(404)),
    # Outstanding cases: tests/cases.
    "case-rounds/": ("get", None, readers(SIGNED_IN)),
    "case-rounds/open/": (
        "post", {"title": "评选", "area": "440310", "voters": "public"},
        readers({"dispatcher", "supervisor"}, no=403, allowed=201),
    ),
    "case-rounds/{id}/": ("get", None, readers(set())),
    "case-rounds/{id}/actions/{action}/": ("post", {}, readers(set())),
    "public/stations/{code}/board/": ("get", None, everyone(200)),
    "public/cases/": ("get", None, everyone(200)),
    "public/cases/{id}/": ("get", None, everyone(404)),
    # Voting: a code is all one needs (tests/ballots).
    "votes/paper/": ("post", {}, everyone(400)),
    "votes/cast/": ("post", {}, everyone(400)),
    "votes/{id}/code/": ("post", {"phone": "13912345678"}, everyone(404)),
    # Signing in: tests/accounts.
    "auth/token/": ("post", {}, everyone(400)),
    "auth/code/": ("post", {}, everyone(400)),
    "auth/code/verify/": ("post", {}, everyone(400)),
    "auth/me/": ("get", None, readers(SIGNED_IN)),
    "consent-texts/": ("get", None, everyone(200)),
    "challenge/": ("get", None, everyone(200)),
}  # fmt: skip


@pytest.fixture
def scene(walk):
    walk.to("in_progress")
    Petition.objects.update(deputy=walk.cast.seat)
    walk.attachment = assert_ok(send(walk, picture())).json()["id"]
    walk.other = Walk(walk.cast).to("submitted")
    Petition.objects.filter(pk=walk.other.petition.pk).update(station=walk.cast.station["tea"])
    walk.day = UnifiedDay.objects.create(
        area=walk.cast.area["440310"], date="2030-01-05", topic="接待", created_by=walk.cast.supervisor,
        created_at=timezone.now(),
    )  # fmt: skip
    walk.reception = Reception.objects.create(
        station=walk.cast.station["east"], starts_at="2030-01-05T09:00+08:00", ends_at="2030-01-05T11:00+08:00",
        state_since=timezone.now(),
    )  # fmt: skip
    return walk


def client_of(scene, who):
    if who == "token":
        return scene.holder()
    if who == "other token":
        return scene.other.holder()
    return scene.api(None if who == "nobody" else who)


ACTIONS = {"work-orders": "contact", "receptions": "cancel", "unified-days": "cancel"}


def number_of(scene, address):
    """The number of the thing an address is about; one that nothing has, where the row wants that."""
    things = {"work-orders": scene.order, "receptions/{id}": scene.reception, "unified-days/{id}": scene.day}
    return next((thing.pk for part, thing in things.items() if part in address), 10**9)


def call(scene, address, who, method, values):
    url = "/api/v1/" + address.format(
        reference=scene.reference,
        attachment=scene.attachment,
        photo=1,
        id=number_of(scene, address),
        action=next((move for part, move in ACTIONS.items() if part in address), "note"),
        code="east",
        deputy="D1",
        what="entries",
        year=2026,
    )
    client = client_of(scene, who)
    if method == "get":
        return client.get(url)
    if address.endswith(("attachments/", "photos/", "entries/")):
        return client.post(url, {}, format="multipart")
    return client.post(url, values, format="json")


def test_every_address_has_a_row():
    addresses = {
        address.removeprefix("api/v1/").replace("<str:", "{").replace("<int:", "{").replace(">", "}")
        for address, _view in api_views()
        if address.startswith("api/v1/")
    }

    assert addresses == set(MATRIX)
    assert get_resolver()


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_answered_what(scene, method):
    wrong = {}
    for address, (how, values, expected) in MATRIX.items():
        if how != method or expected is None:
            continue
        found = {who: call(scene, address, who, method, values).status_code for who in EVERYBODY}
        wrong |= {(address, who): (status, expected[who]) for who, status in found.items() if status != expected[who]}

    assert wrong == {}  # {(address, who): (found, expected)}


# The second method of the few addresses that take one beside that of the matrix.
SECOND = {"auth/token/": "delete", "visits/": "post", "public/petitions/{reference}/support/": "delete"}


def test_other_methods_are_refused_everywhere(scene):
    for address, (method, _values, expected) in MATRIX.items():
        if expected is None:
            continue
        for other in {"get", "post", "put", "patch", "delete"} - {method, SECOND.get(address)}:
            url = "/api/v1/" + address.format(
                reference=scene.reference, attachment=1, id=1, photo=1, action="note", code="east", year=2026,
                deputy="D1", what="entries",
            )  # fmt: skip
            assert getattr(scene.api("dispatcher"), other)(url).status_code == 405, (other, address)


@pytest.mark.parametrize("who", ROLES)
def test_list_and_page_agree(scene, who):
    PetitionFactory(area=scene.cast.area["TG"], station=scene.cast.station["tea"])
    PetitionFactory(area=scene.cast.area["EB"], restricted=True, station=scene.cast.station["east"])
    client = scene.api(who)
    listed = {row["reference"] for row in client.get("/api/v1/worklist/?page_size=100").json()["results"]}

    opened = {
        petition.reference
        for petition in Petition.objects.all()
        if scene.api(who).get(f"/api/v1/petitions/{petition.reference}/").status_code == 200
    }
    assert listed == opened
    assert listed == set(Petition.objects.visible_to(getattr(scene.cast, who)).values_list("reference", flat=True))


@pytest.mark.parametrize("who", ["root", "system_admin", "security_admin", "auditor", "neighbour"])
def test_administrators_and_strangers_see_no_matter(scene, who):
    for address in ("worklist/", "work-orders/", "inbox/"):
        assert scene.api(who).get(f"/api/v1/{address}").json()["results"] == []


@pytest.mark.parametrize("stage", ["from the start", "after two units had it"])
def test_a_restricted_petition_is_the_supervisors_and_the_petitioners_alone(walk, stage):
    """On every address: page, list, search, work orders, attachment, moves."""
    cast = walk.cast
    if stage == "from the start":
        walk.submit(kind="accusation", deputy="D1", station="east")
        url = assert_ok(send(walk, picture())).json()["url"]
    else:
        walk.to("registered")
        Petition.objects.update(deputy=cast.seat)
        url = assert_ok(send(walk, picture())).json()["url"]
        assert_ok(walk.act("dispatcher", "assign", units=["water"], co_units=["road"]))
        co = walk.order_of("road")
        assert_ok(walk.order_act("road_handler", "sign", co))
        assert_ok(walk.order_act("road_head", "reply", co, text="意见。"))
        assert_ok(walk.act("dispatcher", "restrict", reason="检举。"))
    page = f"/api/v1/petitions/{walk.reference}/"

    for who in [*ROLES, None]:
        client = walk.api(who)
        if who in ("supervisor", "resident"):
            assert client.get(page).status_code == client.get(url).status_code == 200
            continue
        assert client.get(page).status_code == client.get(url).status_code == (404 if who else 401), who
        assert client.get(f"/api/v1/public/petitions/{walk.reference}/").status_code == 404
        if who is None:
            continue
        for address in ("worklist/", "worklist/?search=下水道", "worklist/?tab=restricted", "work-orders/",
                        f"work-orders/?reference={walk.reference}"):  # fmt: skip
            assert client.get(f"/api/v1/{address}").json()["results"] == [], (who, address)
        for move in ("note", "register", "assign", "restrict"):
            assert client.post(f"{page}actions/{move}/", {}, format="json").status_code == 404, (who, move)

    orders = walk.api("supervisor").get("/api/v1/work-orders/").json()["results"]
    assert len(orders) == (0 if stage == "from the start" else 2)
    assert walk.holder().get(page).status_code == 200
    assert Entry.objects.exists()
