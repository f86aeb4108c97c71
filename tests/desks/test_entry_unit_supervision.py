"""Entering for a resident, a unit's inbox, the supervisor's desk, the weekly letter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desks.inbox import figures
from desks.letters import send_letters
from desks.models import KeySupervision
from dispatch.models import WorkOrder
from notifications.models import Delivery
from petitions.models import Petition
from tests.desks.conftest import at_version
from tests.factories import PetitionFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db

WORDS = {
    "channel": "phone",
    "text": "电话反映：楼下路灯不亮。",
    "phone": "13700001111",
    "name": "赵女士",
    "kind": "claim",
    "told": "on",
    "area": "EB",
    "key": "6b0f6f3e-3a05-4a53-8a07-6f7a1f3b9a01",
}


@pytest.mark.parametrize("channel", ["phone", "letter", "visit", "station"])
def test_entered_for_a_resident_once(sit, cast, channel):
    client = sit("officer")
    for _ in range(2):  # a nervous finger
        answer = client.post("/desk/new/", {**WORDS, "channel": channel})
        assert answer.status_code == 302
    petition = Petition.objects.get()
    assert answer["Location"] == f"/desk/petitions/{petition.reference}/"
    assert petition.channel == channel
    assert petition.entered_by.username == "officer"
    assert petition.contact.name == "赵女士"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"told": ""}, "consent"),
        ({"phone": "12"}, "telephone"),
        ({"text": "x"}, "at least"),
        ({"channel": "web"}, "valid choice"),
        ({"text": "abcde\x07fghij"}, ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_entered(sit, cast, change, words):
    answer = sit("dispatcher").post("/desk/new/", {**WORDS, **change})
    assert answer.status_code in (400, 422)
    assert words in answer.content.decode()
    assert not Petition.objects.exists()


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


@pytest.fixture
def late(walk):
    """Two petitions long overdue with the water unit."""
    found = []
    for _ in range(2):
        walk.to("in_progress")
        WorkOrder.objects.filter(pk=walk.order.pk).update(internal_due_at=timezone.now() - timedelta(days=2))
        found.append(walk.order)
    return found


def test_urge_many_each_with_its_result(sit, late):
    page = sit("supervisor").get("/desk/supervision/").content.decode()
    assert "Water Bureau" in page
    assert all(order.reference in page for order in late)
    data = {"order": [order.pk for order in late], "note": "请三日内办结。"}
    page = sit("supervisor").post("/desk/supervision/urge/", data).content.decode()
    assert page.count("Urged.") == 2
    assert set(WorkOrder.objects.values_list("urged_count", flat=True)) == {1}


def test_urging_needs_words(sit, late):
    answer = sit("supervisor").post("/desk/supervision/urge/", {"order": [late[0].pk], "note": " "})
    assert answer["Location"] == "/desk/supervision/"
    assert WorkOrder.objects.filter(urged_count=0).count() == 2


def test_key_supervision_with_a_look_back(sit, walk):
    walk.to("in_progress")
    client, day = sit("supervisor"), (timezone.now() + timedelta(days=30)).date()
    client.post(f"/desk/petitions/{walk.reference}/watch/", {"look_back_on": "2020-01-01"})
    assert not KeySupervision.objects.exists()
    client.post(f"/desk/petitions/{walk.reference}/watch/", {"look_back_on": str(day)})
    held = KeySupervision.objects.get()
    assert held.supervisor.username == "supervisor"
    assert walk.petition.title in client.get("/desk/supervision/").content.decode()
    client.post(f"/desk/petitions/{walk.reference}/look-back/", {"finding": "已整改"})
    held.refresh_from_db()
    assert held.looked_back_at
    assert walk.actions_so_far()[-2:] == ["key_supervision", "look_back"]


def test_the_weekly_letter_goes_once_a_week(walk, cast, late):
    now = timezone.now()
    people = type(cast.head).objects.filter(username="head")
    people.update(email="head@example.cn")
    assert send_letters(now=now) == 2
    assert send_letters(now=now) == 0
    assert {each.channel for each in Delivery.objects.filter(event__startswith="weekly:")} == {"inbox", "email"}
    assert "Overdue: 2" in Delivery.objects.filter(event__startswith="weekly:").first().body
    assert send_letters(now=now + timedelta(days=7)) == 2


def test_what_the_resident_said_is_read_by_the_unit(sit, walk):
    walk.to("awaiting_evaluation")
    walk.mine("evaluate", process="satisfied", result="basically_satisfied", comment="路灯亮了，但等了太久。")
    page = sit("head").get("/desk/unit/?tab=said").content.decode()
    assert "路灯亮了，但等了太久。" in page
    assert "Basically satisfied" in page
    assert walk.petition.title in page
    other = sit("road_head").get("/desk/unit/?tab=said").content.decode()
    assert "路灯亮了" not in other


def test_the_place_is_shown_on_a_map(sit, walk):
    walk.submit(latitude=22.7, longitude=114.35)
    page = sit("officer").get(f"/desk/petitions/{walk.reference}/").content.decode()
    assert 'data-map="points"' in page
    walk.submit()
    assert 'data-map="points"' not in sit("officer").get(f"/desk/petitions/{walk.reference}/").content.decode()
