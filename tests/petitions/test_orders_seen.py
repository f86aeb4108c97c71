"""One rule in two forms: the orders beside a petition in hand are those of the list, for everybody, always."""

import pytest

from petitions.models import Petition
from petitions.orders import orders_seen, visible_orders
from tests.cast import ROLES
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db


def check(walk):
    for role in ROLES:
        user = getattr(walk.cast, role)
        listed = set(visible_orders(user).filter(reference=walk.reference).values_list("pk", flat=True))
        petition = Petition.objects.with_all().get(reference=walk.reference)
        assert set(orders_seen(petition, user).values_list("pk", flat=True)) == listed, role


@pytest.mark.parametrize("state", ["assigned", "in_progress", "replied", "awaiting_evaluation", "concluded"])
def test_the_two_forms_agree_on_the_way(walk, state):
    check(walk.to(state))


def test_they_agree_after_another_unit_got_it(walk):
    walk.to("in_progress")
    assert_ok(walk.act("dispatcher", "reassign", units=["road"], note="属道路养护。"))
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
