"""A unit's inbox: signing, replying, asking back, the opinion of a co-unit, its own figures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desks.inbox import figures
from journal.models import Entry
from petitions.audience import messages_for
from tests.desks.conftest import at_version
from tests.factories import PetitionFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db


def test_sign_and_reply_in_few_steps(sit, walk):
    walk.to("assigned")
    head = sit("head")
    page = head.get("/desk/unit/").content.decode()
    assert f"/desk/unit/orders/{walk.order.pk}/sign/" in page
    head.post(f"/desk/unit/orders/{walk.order.pk}/sign/", at_version(walk.petition))  # click 1
    page = head.get("/desk/unit/").content.decode()
    link = f"/desk/petitions/{walk.reference}/?open=reply-{walk.order.pk}"
    assert link in page
    page = head.get(link).content.decode()  # click 2
    assert f'id="m-reply-{walk.order.pk}" open' in page
    data = at_version(walk.petition, text="已修好。", result_class="a")
    head.post(f"/desk/petitions/{walk.reference}/orders/{walk.order.pk}/reply/", data)  # class, send
    assert walk.petition.state == "replied"


def test_a_return_is_asked_for_with_reasons(sit, walk):
    walk.to("assigned")
    data = at_version(walk.petition, reason="不属于水务", proposed_unit="road")
    sit("handler").post(f"/desk/petitions/{walk.reference}/orders/{walk.order.pk}/request_return/", data)
    assert walk.order.state == "return_requested"
    assert walk.reference in sit("head").get("/desk/unit/?tab=asked").content.decode()
    assert walk.reference in sit("dispatcher").get("/desk/?tab=returns").content.decode()


def test_the_inbox_takes_the_same_statements_for_many(sit, cast):
    client, taken = sit("head"), []
    for number in (5, 45):
        for _ in range(number):
            WorkOrderFactory(petition=PetitionFactory(area=cast.area["EB"]), department=cast.unit["water"])
        client.get("/desk/unit/")
        with CaptureQueriesContext(connection) as seen:
            page = client.get("/desk/unit/?tab=sign").content.decode()
        taken.append(len([q for q in seen if "SAVEPOINT" not in q["sql"]]))
    assert page.count("data-row") == 50
    assert taken[0] == taken[1] <= 15


def test_a_co_unit_is_asked_for_its_opinion(sit, walk):
    walk.to("registered")
    walk.act("dispatcher", "assign", units=["water"], co_units=["road"])
    walk.order_act("road_head", "sign", walk.order_of("road"))
    assert walk.reference in sit("road_head").get("/desk/unit/?tab=opine").content.decode()
    assert walk.reference not in sit("road_head").get("/desk/unit/?tab=answer").content.decode()


def test_the_opinion_of_a_co_unit_reaches_the_unit_that_leads(sit, walk, cast):
    walk.to("registered")
    walk.act("dispatcher", "assign", units=["water"], co_units=["road"], note="请路政提意见。")
    walk.order_act("handler", "sign")
    co = walk.order_of("road")
    walk.order_act("road_head", "sign", co)
    address = f"/desk/petitions/{walk.reference}/"
    page = sit("road_head").get(address).content.decode()
    assert "Give the opinion" in page
    assert "The opinion, for the unit that leads" in page
    assert "The reply, as the resident reads it" not in page
    assert 'name="result_class"' not in page
    assert 'name="promised_on"' not in page
    assert f"/orders/{co.pk}/contact/" not in page
    assert f"/orders/{co.pk}/propose_ledger/" not in page
    assert f"/orders/{co.pk}/request_extension/" in page
    data = at_version(walk.petition, text="建议同步修复路面。")
    page = sit("road_head").post(f"{address}orders/{co.pk}/reply/", data, follow=True).content.decode()
    assert "A co-unit has given its opinion" in page
    assert "The reply is very short" not in page
    assert "<b>Opinion of the co-unit</b> · Signed" in page
    assert "Opinion of the co-unit</b>\n建议同步修复路面。" in sit("road_head").get(f"{address}form/").content.decode()
    page = sit("handler").get(address).content.decode()
    assert "建议同步修复路面。" in page
    assert "Water Bureau, with Road Bureau\n请路政提意见。" in page
    told = messages_for(Entry.objects.get(action="reply"), walk.petition, site="https://x")
    assert {message.user_id for message in told} == {cast.handler.pk, cast.head.pk}
    assert walk.petition.state == "in_progress"
    assert "建议同步修复路面。" not in walk.holder().get(f"/api/v1/petitions/{walk.reference}/").content.decode()


def test_own_figures(walk, cast):
    walk.to("concluded")
    walk.to("in_progress")
    this, last = figures([cast.unit["water"].pk], timezone.now())
    assert (this.received, this.answered, this.in_time) == (2, 1, 1.0)
    assert (this.rates.resolution, this.rates.satisfaction) == (1.0, 1.0)
    assert (this.rates.response, this.rates.score) == (None, None)  # nobody's 24 hours are over
    assert (last.received, last.answered, last.in_time) == (0, 0, None)
    hours = timedelta(hours=30)
    assert figures([cast.unit["water"].pk], timezone.now() + hours)[0].rates.response in (0.0, None)  # None: next month
    walk.order_act("handler", "contact", note="已联系。")
    this, _last = figures([cast.unit["water"].pk], timezone.now())
    assert this.rates.response == 1.0
    assert this.rates.score == pytest.approx(1.0)


def test_own_figures_are_those_of_statistics(walk, cast):
    walk.to("concluded")
    walk.to("in_progress")
    walk.order_act("handler", "contact", note="已联系。")
    this, _last = figures([cast.unit["water"].pk], timezone.now())
    shown = walk.api("head").get("/api/v1/insights/").json()["by_month"][-1]
    assert shown["counts"]["received"] == this.received
    for name in ("response", "resolution", "satisfaction", "score"):
        assert shown["rates"][name] == getattr(this.rates, name)


def test_what_the_resident_said_is_read_by_the_unit(sit, walk):
    walk.to("awaiting_evaluation")
    walk.mine("evaluate", process="satisfied", result="basically_satisfied", comment="路灯亮了，但等了太久。")
    page = sit("head").get("/desk/unit/?tab=said").content.decode()
    assert "路灯亮了，但等了太久。" in page
    assert "Basically satisfied" in page
    assert walk.petition.title in page
    other = sit("road_head").get("/desk/unit/?tab=said").content.decode()
    assert "路灯亮了" not in other
