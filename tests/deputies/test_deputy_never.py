"""A deputy never assigns, answers, closes or reads a restricted matter: every move, by page and API, every address."""

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts.second_factor import PASSED
from dispatch import lifecycle as orders
from dispatch.models import WorkOrder
from petitions.api.commands import ORDER_COMMANDS, PETITION_COMMANDS
from petitions.lifecycle import MOVES, State
from petitions.models import Claim, Petition
from tests.desks.conftest import at_version
from tests.factories import WorkOrderFactory, put_into
from tests.petitions.inputs import ORDER_INPUT, PETITION_INPUT
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db

# All that a deputy may do on a matter. None of it assigns, answers, or ends anything but as a suggestion (DOMAIN.md).
MAY = {"convert", "unclaim", "remark", "ask_supervision", "claim"}
MAY_ON_ORDERS = {"urge"}


# Ends the units' work: the deputy's to whom the resident turned, not one's who came later to follow it.
NAMED_ONLY = {"convert"}


@pytest.fixture(params=["named", "claimed"])
def followed(request, walk):
    """A matter in progress that the deputy is named on, or follows."""
    walk.to("in_progress")
    if request.param == "named":
        Petition.objects.update(deputy=walk.cast.seat)
    else:
        Claim.objects.create(petition=walk.petition, deputy=walk.cast.seat, at=walk.petition.submitted_at)
    return walk


def test_the_tables_give_a_deputy_these_moves_and_no_others():
    assert {name for name, move in MOVES.items() if "deputy" in move.who} == MAY
    assert {name for name, move in orders.MOVES.items() if "deputy" in move.who} == MAY_ON_ORDERS
    changing = {name for name in MAY - {"convert"} if MOVES[name].target}
    assert changing == set()


def test_no_other_move_on_a_matter_by_the_api_or_by_the_page(followed):
    browser = signed_in(followed)
    may = MAY if followed.petition.deputy_id else MAY - NAMED_ONLY
    for name in sorted(set(PETITION_COMMANDS) - may - {"merge"}):  # merging takes another matter: below
        _refused(followed, browser, name)


def _refused(followed, browser, name):
    source = next(iter(MOVES[name].sources & {"in_progress", "registered"}), next(iter(MOVES[name].sources)))
    put_into(followed.petition, source)
    answer = followed.act("deputy", name, **PETITION_INPUT[name])
    assert answer.status_code in (403, 409), (name, answer.content)
    page = browser.post(
        reverse("desks:move", args=[followed.reference, name]), at_version(followed.petition, **PETITION_INPUT[name])
    )
    assert page.status_code in (404, 409, 422), name
    fresh = followed.petition
    assert (fresh.state, fresh.restricted, fresh.publication) == (source, False, "consented"), name


def test_only_the_named_deputy_is_offered_to_convert_and_who_claimed_is_told_why(followed):
    named = followed.petition.deputy_id is not None
    page = signed_in(followed).get(reverse("desks:matter", args=[followed.reference])).content.decode()
    moves = followed.api("deputy").get(f"/api/v1/petitions/{followed.reference}/").json()["moves"]
    assert ('id="m-convert' in page) == named
    assert ("convert" in {move["name"] for move in moves}) == named
    before = _orders(followed)
    answer = followed.act("deputy", "convert", **PETITION_INPUT["convert"])
    if named:
        assert_ok(answer)
        return
    assert answer.status_code == 403
    told = signed_in(followed).post(
        reverse("desks:move", args=[followed.reference, "convert"]),
        at_version(followed.petition, **PETITION_INPUT["convert"]),
    )
    assert told.status_code == 422
    assert "only the deputy named on it" in told.content.decode()
    assert followed.petition.state == "in_progress"
    assert _orders(followed) == before


def _orders(followed):
    return list(WorkOrder.objects.filter(matter_id=followed.petition.pk).values_list("pk", "state"))


def test_nor_merging(followed):
    answer = followed.act("deputy", "merge", into=followed.reference)
    assert answer.status_code in (400, 403, 409)
    assert followed.petition.state == "in_progress"


def test_no_other_move_on_a_work_order(followed):
    browser = signed_in(followed)
    for name in sorted(set(ORDER_COMMANDS) - MAY_ON_ORDERS):
        _order_refused(followed, browser, name)


def _order_refused(followed, browser, name):
    order = followed.order
    before = (order.state, followed.petition.state)
    answer = followed.order_act("deputy", name, order, **ORDER_INPUT[name])
    assert answer.status_code in (400, 403, 409), (name, answer.content)
    address = reverse("desks:order_move", args=[followed.reference, order.pk, name])
    page = browser.post(address, at_version(followed.petition, **ORDER_INPUT[name]))
    assert page.status_code in (404, 409, 422), name
    order.refresh_from_db()
    assert (order.state, followed.petition.state, order.replies.count()) == (*before, 0)


def signed_in(walk):
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(walk.cast.deputy)
    session = browser.session
    session[PASSED] = True
    session.save()
    return browser


@pytest.fixture(autouse=True)
def _plain_static(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.mark.parametrize("state", [State.REGISTERED, State.SUBMITTED])
def test_a_restricted_matter_is_on_no_page_and_no_address(followed, state):
    """Every address that takes no argument or a reference, GET and POST: never its title, text or reference."""
    assert_ok(followed.act("dispatcher", "restrict", reason="检举。"))
    put_into(followed.petition, state)
    WorkOrderFactory(petition=followed.petition, department=followed.cast.unit["road"])
    petition = Petition.objects.get(reference=followed.reference)
    browser, api = signed_in(followed), followed.api("deputy")

    seen = 0
    for path in addresses(followed.reference):
        for client in (browser, api):
            for method in ("get", "post"):
                answer = getattr(client, method)(path)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                text = body.decode("utf-8", "replace")
                assert petition.title not in text, path
                assert petition.text[:10] not in text, path
                # An address may repeat the reference that was asked for, where there is nothing under it.
                assert answer.status_code < 500 or path == "/readyz", path  # no worker runs here
                assert answer.status_code >= 400 or petition.reference not in text, path
                seen += 1
    assert seen > 200
    petition.refresh_from_db()
    assert petition.restricted
    assert petition.state == state


def addresses(reference):
    """The path of every address of the portal, filled in; those with other arguments are tested by their own tests."""
    found = []

    def walk_down(patterns, prefix):
        for each in patterns:
            route = prefix + str(each.pattern)
            if isinstance(each, URLPattern):
                found.append(route)
            elif not route.startswith(("admin/", "accounts/")):  # master data, and signing in
                walk_down(each.url_patterns, route)

    walk_down(get_resolver().url_patterns, "")
    filled = set()
    for route in found:
        path = route.replace("^", "").replace("$", "")
        for name in ("<reference:reference>", "<str:reference>"):
            path = path.replace(name, reference)
        for name in ("<str:action>", "<slug:name>"):
            path = path.replace(name, "note")
        for name in ("<int:number>", "<int:id>", "<int:attachment>", "<int:pk>"):
            path = path.replace(name, "1")
        if not any(sign in path for sign in "<>(?\\"):
            filled.add(f"/{path}")
    return sorted(filled)
