"""The straight way of a petition, through HTTP, and what it leaves on the record."""

import pytest

from journal.queries import broken_links

pytestmark = pytest.mark.django_db


def test_a_petition_goes_from_submission_to_conclusion(walk):
    walk.to("concluded")

    assert walk.actions_so_far() == [
        "submit", "register", "assign", "sign", "reply", "approve_reply", "evaluate",
    ]  # fmt: skip
    assert broken_links() == []


def test_the_router_assigns_what_it_is_sure_of(walk, settings):
    settings.ROUTER_CONFIDENCE = 0.5
    walk.submit(category="drain")

    petition = walk.route()

    assert petition.state == "assigned"
    assert petition.lead_unit.code == "water"
    assert walk.order_of("road").kind == "co"
    assert walk.actions_so_far() == ["submit", "register", "assign"]


def test_the_router_leaves_to_people_what_it_does_not_know(walk):
    walk.submit(text="邻居家的狗整夜叫个不停，睡不着觉。")

    petition = walk.route()

    assert petition.state == "submitted"
    assert petition.routed_at is not None
    assert petition.routing.assigned is False
