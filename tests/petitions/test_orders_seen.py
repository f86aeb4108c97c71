"""One rule in two forms: a petition, and its orders, in hand are read by whom the lists show them, always."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import WorkOrder
from petitions.access import HAD_AND_LOST, may_read, resolve, scope_of
from petitions.models import Petition
from petitions.orders import held_orders, order_for, orders_seen, petition_for, visible_orders
from tests.cast import ROLES
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db


def found(look, *values):
    try:
        return bool(look(*values))
    except (Petition.DoesNotExist, WorkOrder.DoesNotExist):
        return False


def check(walk):
    everybody = [("nobody", AnonymousUser()), *((role, getattr(walk.cast, role)) for role in ROLES)]
    for role, user in everybody:
        listed = set(visible_orders(user).filter(reference=walk.reference).values_list("pk", flat=True))
        petition = Petition.objects.with_all().get(reference=walk.reference)
        seen = Petition.objects.visible_to(user).filter(pk=petition.pk).exists()
        assert may_read(user, petition) == seen, role
        assert found(petition_for, user, walk.reference) == seen, role
        if seen:
            assert {order.pk for order in orders_seen(petition, user)} == listed, role
        check_row(petition, user, role)
        for order in WorkOrder.objects.filter(matter_id=petition.pk):
            assert found(order_for, user, order.pk) == (order.pk in listed), role


def check_row(petition, user, role):
    """A row of a list comes without the petition's contact: who it is to the user does not change by that."""
    row = Petition.objects.defer("text").get(pk=petition.pk)
    scope_of(user)
    with CaptureQueriesContext(connection) as asked:
        assert resolve(user, row).capacities == resolve(user, petition).capacities, role
    assert not asked
    units = list(scope_of(user).unit.units)
    own = visible_orders(user).filter(department__in=units).exclude(state__in=HAD_AND_LOST)
    assert set(held_orders(units)) == set(own), role


@pytest.mark.parametrize("state", ["assigned", "in_progress", "replied", "awaiting_evaluation", "concluded"])
def test_the_two_forms_agree_on_the_way(walk, state):
    check(walk.to(state))


def test_they_agree_after_another_unit_got_it(walk):
    walk.to("in_progress")
    assert_ok(walk.act("dispatcher", "reassign", units=["road"], note="属道路养护。"))
    check(walk)


def test_they_agree_on_what_a_deputy_follows(walk):
    walk.to("in_progress")
    assert_ok(
        walk.api("far_deputy" if "far_deputy" in ROLES else "deputy").post(
            f"/api/v1/claimable/{walk.reference}/claim/", {}, format="json"
        )
    )
    check(walk)


def test_they_agree_on_a_restricted_petition(walk):
    walk.to("assigned")
    assert_ok(walk.act("officer", "restrict"))
    check(walk)


def test_a_withdrawn_petition_is_no_longer_public(walk):
    walk.to("assigned")
    assert_ok(walk.act("officer", "propose_publication", title="积水", text="校门口积水。"))
    assert_ok(walk.act("dispatcher", "publish"))
    assert_ok(walk.mine("withdraw"))

    assert walk.api().get("/api/v1/public/petitions/").json()["results"] == []
