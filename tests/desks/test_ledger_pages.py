"""The pending ledger by its pages: proposed, ruled on, looked at again, cleared; each side sees what waits for whom."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.models import Request
from tests.desks.conftest import at_version
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db
PLAN = "需等规划批复。"


@pytest.fixture
def proposed(walk: Walk) -> Walk:
    """A matter whose unit has proposed the ledger."""
    walk.to("in_progress")
    assert_ok(walk.order_act("head", "propose_ledger", reason=PLAN))
    return walk


@pytest.fixture
def held(proposed: Walk) -> Walk:
    """A matter on the ledger."""
    assert_ok(proposed.order_act("supervisor", "grant_ledger", ruling="同意挂账。"))
    return proposed


def page(client: Any, address: str) -> str:
    return client.get(address).content.decode()


def made(client: Any, walk: Walk, move: str, **values: str) -> str:
    """Make a move from the matter's page and return where it leads to."""
    address = f"/desk/petitions/{walk.reference}/orders/{walk.order.pk}/{move}/"
    answer = client.post(address, at_version(walk.petition, **values), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_form_says_what_the_ledger_is_and_the_answer_who_rules_by_when(walk, sit):
    walk.to("in_progress")
    head = sit("head")
    assert "on the ledger no reply is due" in page(head, f"/desk/petitions/{walk.reference}/")
    assert "the supervisor rules by" in made(head, walk, "propose_ledger", reason=PLAN)


def test_while_a_ruling_is_waited_for_nothing_is_offered_that_would_be_refused(proposed, sit):
    head = sit("head")
    for tab in ("answer", "asked"):
        listed = page(head, f"/desk/unit/?tab={tab}")
        assert "Waiting for a ruling" in listed
        assert "waits for the ruling" in listed
        assert "open=reply" not in listed
    matter = page(head, f"/desk/petitions/{proposed.reference}/")
    assert "Ruling by" in matter
    assert "m-request_return" not in matter
    assert "m-reply" not in matter


def test_the_supervisor_reads_the_reasons_and_the_limit_in_the_list(proposed, sit):
    listed = page(sit("supervisor"), "/desk/supervision/")
    assert 'href="#h-asked"' in listed
    assert 'id="h-asked"' in listed
    assert PLAN in listed
    assert "Rule by" in listed


def test_on_the_ledger_the_next_look_is_said_and_no_other_limit(held, sit):
    matter = page(sit("head"), f"/desk/petitions/{held.reference}/")
    assert "Looked at again by" in matter
    assert "Reply by" not in matter
    assert "no limit" not in matter
    listed = page(sit("head"), "/desk/unit/?tab=ledger")
    assert "recheck <span" in listed
    assert "reply <span" not in listed
    assert "rests until the supervisor looks at it again" in listed
    assert "recheck <span" in page(sit("supervisor"), "/desk/?tab=ledger")


def test_looked_at_again_from_the_page_counts_from_that_day(held, sit):
    supervisor = sit("supervisor")
    Request.objects.update(rule_due_at=held.order.assigned_at)
    assert "due-late" in page(supervisor, "/desk/supervision/").partition('id="h-led"')[2]
    assert "to be looked at again by" in made(supervisor, held, "recheck_ledger", note="已到现场查看。")
    assert "due-late" not in page(supervisor, "/desk/supervision/").partition('id="h-led"')[2]


def test_cleared_the_unit_has_it_again(held, sit):
    assert "the unit replies by" in made(sit("supervisor"), held, "clear_ledger", note="条件具备。")
    assert "The ledger is empty." in page(sit("supervisor"), "/desk/supervision/")
    listed = page(sit("head"), "/desk/unit/?tab=answer")
    assert held.order.title in listed
    assert "open=reply" in listed


def test_refused_the_unit_goes_on(proposed, sit):
    assert "Done: Pending ledger refused." in made(sit("supervisor"), proposed, "refuse_ledger", ruling="请按期办理。")
    head = sit("head")
    assert "请按期办理。" in page(head, f"/desk/petitions/{proposed.reference}/")
    assert "open=reply" in page(head, "/desk/unit/?tab=answer")
