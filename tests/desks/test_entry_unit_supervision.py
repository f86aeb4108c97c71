"""Entering for a resident, a unit's inbox, the supervisor's desk, the weekly letter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desks.inbox import figures
from desks.letters import send_letters
from desks.models import KeySupervision
from desks.reminders import remind_of_look_backs
from directory.calendar import local_day
from directory.models import Office
from dispatch.models import WorkOrder
from journal.models import Entry
from notifications.models import Delivery
from petitions.audience import messages_for
from petitions.models import Petition
from tests.desks.conftest import at_version
from tests.factories import PetitionFactory, WorkOrderFactory
from tests.petitions.test_attachments import picture

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
        ({"phone": " ", "channel": "phone"}, "only a letter may come without one"),
        ({"phone": "", "channel": "visit"}, "only a letter may come without one"),
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


@pytest.mark.parametrize("who", ["officer", "dispatcher"])
def test_a_letter_without_a_number_with_its_scan(sit, cast, who):
    scan = SimpleUploadedFile("信件.jpg", picture(), "image/jpeg")
    answer = sit(who).post("/desk/new/", {**WORDS, "channel": "letter", "phone": "", "photos": [scan]}, follow=True)
    petition = Petition.objects.get()
    assert petition.contact.phone == petition.contact.phone_index == ""
    kept = petition.attachments.get()
    assert kept.uploaded_by.username == who
    assert not kept.by_resident
    page = answer.content.decode()
    assert "answer by letter" in page
    assert "赵女士" in page
    for tail in ("", "----", "0000"):
        opened = sit(None).post("/follow/", {"reference": petition.reference, "phone_tail": tail})
        assert opened.status_code != 302, tail


def test_a_scan_that_is_no_picture_is_named_and_the_letter_stands(sit, cast):
    broken = SimpleUploadedFile("信件.jpg", b"no picture", "image/jpeg")
    page = sit("officer").post("/desk/new/", {**WORDS, "channel": "letter", "photos": [broken]}, follow=True)
    assert "“信件.jpg” was not added" in page.content.decode()
    assert not Petition.objects.get().attachments.exists()
    assert "Photos or PDF" not in sit("deputy").get("/desk/new/").content.decode()


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


def test_urging_needs_words_and_a_choice_and_loses_neither(sit, late):
    client = sit("supervisor")
    answer = client.post("/desk/supervision/urge/", {"order": [late[0].pk], "note": " "})
    assert answer.status_code == 422
    assert f'value="{late[0].pk}" checked' in answer.content.decode()
    answer = client.post("/desk/supervision/urge/", {"note": "请三日内办结。"})
    assert answer.status_code == 422
    assert ">请三日内办结。</textarea>" in answer.content.decode()
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
    page = client.get(f"/desk/petitions/{walk.reference}/").content.decode()
    assert "Key supervision has ended." in page
    assert "Record the look-back" not in page


@pytest.fixture
def watched(sit, walk):
    """A matter under key supervision."""
    walk.to("in_progress")
    data = {"look_back_on": str(local_day(timezone.now()) + timedelta(days=30))}
    assert sit("supervisor").post(f"/desk/petitions/{walk.reference}/watch/", data).status_code == 302
    return KeySupervision.objects.get()


def test_the_supervisor_is_reminded_on_the_day_and_once_for_each_day_set(cast, watched):
    on_the_day = timezone.now() + timedelta(days=30)

    assert remind_of_look_backs(now=on_the_day - timedelta(days=1)) == 0
    assert remind_of_look_backs(now=on_the_day) == 1
    assert remind_of_look_backs(now=on_the_day + timedelta(days=1)) == 0
    message = Delivery.objects.latest("pk")
    assert (message.user_id, message.channel) == (watched.supervisor_id, "inbox")
    assert watched.petition.spoken_reference in message.subject

    KeySupervision.objects.update(look_back_on=watched.look_back_on + timedelta(days=9))
    assert remind_of_look_backs(now=on_the_day) == 0
    assert remind_of_look_backs(now=on_the_day + timedelta(days=12)) == 1  # beat was away on the day itself
    KeySupervision.objects.update(looked_back_at=on_the_day, look_back_on=watched.look_back_on + timedelta(days=10))
    assert remind_of_look_backs(now=on_the_day + timedelta(days=20)) == 0


def test_a_supervisor_who_left_the_office_is_not_reminded_of_what_is_secret_to_them_now(cast, watched):
    Office.objects.filter(user=watched.supervisor).delete()

    assert remind_of_look_backs(now=timezone.now() + timedelta(days=31)) == 0
    assert not Delivery.objects.filter(event__startswith="look-back:").exists()


@pytest.mark.parametrize("again", ["2027-02-31", "soon", "2020-01-01"])
def test_a_wrong_day_neither_ends_key_supervision_nor_loses_the_finding(sit, walk, watched, again):
    data = {"finding": "仍有积水。", "again_on": again}
    answer = sit("supervisor").post(f"/desk/petitions/{walk.reference}/look-back/", data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "仍有积水。</textarea>" in page
    assert f'value="{again}"' in page
    watched.refresh_from_db()
    assert (watched.looked_back_at, watched.finding) == (None, "")


def test_a_look_back_may_name_the_next_one(sit, walk, watched):
    again = local_day(timezone.now()) + timedelta(days=60)
    client = sit("supervisor")
    client.post(f"/desk/petitions/{walk.reference}/look-back/", {"finding": "仍有积水。", "again_on": str(again)})
    watched.refresh_from_db()
    assert (watched.looked_back_at, watched.look_back_on) == (None, again)
    assert "仍有积水。" in sit("handler").get(f"/desk/petitions/{walk.reference}/").content.decode()
    client.post(f"/desk/petitions/{walk.reference}/look-back/", {"finding": "已整改。"})
    late = client.post(f"/desk/petitions/{walk.reference}/look-back/", {"finding": "又看了。"})
    assert late.status_code == 422  # there is nothing to look back at any more
    assert walk.actions_so_far()[-3:] == ["key_supervision", "look_back", "look_back"]


def test_changing_key_supervision_keeps_since_when_and_what_was_found(sit, walk, watched):
    client, since = sit("supervisor"), watched.opened_at
    day = local_day(timezone.now()) + timedelta(days=60)
    client.post(f"/desk/petitions/{walk.reference}/look-back/", {"finding": "仍有积水。", "again_on": str(day)})
    client.post(f"/desk/petitions/{walk.reference}/watch/", {"look_back_on": str(day + timedelta(days=1))})
    watched.refresh_from_db()
    assert (watched.opened_at, watched.finding) == (since, "仍有积水。")
    assert watched.look_back_on == day + timedelta(days=1)


def test_the_look_back_is_not_today_by_the_local_calendar(sit, walk):
    walk.to("in_progress")
    data = {"look_back_on": str(local_day(timezone.now()))}
    assert sit("supervisor").post(f"/desk/petitions/{walk.reference}/watch/", data).status_code == 422


def test_the_unit_and_the_supervisor_named_are_told_of_key_supervision(sit, walk, cast):
    walk.to("in_progress")
    Office.objects.create(user=cast.neighbour, area=cast.area["RS"], role="supervisor")
    data = {"look_back_on": str(local_day(timezone.now()) + timedelta(days=30)), "supervisor": cast.neighbour.pk}
    sit("supervisor").post(f"/desk/petitions/{walk.reference}/watch/", data)
    entry = Entry.objects.get(action="key_supervision")
    told = {message.user_id for message in messages_for(entry, walk.petition, site="https://x")}
    assert told == {cast.head.pk, cast.handler.pk, cast.neighbour.pk}


def test_key_supervision_by_a_colleague_of_the_area_alone(sit, walk, cast):
    walk.to("in_progress")
    Office.objects.create(user=cast.neighbour, area=cast.area["RS"], role="supervisor")
    Office.objects.create(user=cast.far_officer, area=cast.area["HS"], role="supervisor")
    client, day = sit("supervisor"), str((timezone.now() + timedelta(days=30)).date())
    page = client.get(f"/desk/petitions/{walk.reference}/").content.decode()
    assert f'<option value="{cast.neighbour.pk}">' in page
    assert f'<option value="{cast.far_officer.pk}">' not in page
    for who, held in (("far_officer", 0), ("dispatcher", 0), ("neighbour", 1)):
        data = {"look_back_on": day, "supervisor": getattr(cast, who).pk}
        client.post(f"/desk/petitions/{walk.reference}/watch/", data)
        assert KeySupervision.objects.filter(supervisor=getattr(cast, who)).count() == held, who


def test_the_weekly_letter_goes_once_a_week(walk, cast, late):
    now = timezone.now()
    people = type(cast.head).objects.filter(username="head")
    people.update(email="head@example.cn")
    assert send_letters(now=now) == 2
    assert send_letters(now=now) == 0
    assert {each.channel for each in Delivery.objects.filter(event__startswith="weekly:")} == {"inbox", "email"}
    letter = Delivery.objects.filter(event__startswith="weekly:").first()
    assert "Overdue: 2\nPlease see to what is overdue first" in letter.body
    assert "week from" in letter.subject
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


def test_the_weekly_letter_is_read_at_the_desk(sit, walk, cast, late):
    send_letters(now=timezone.now())
    client = sit("head")
    page = client.get("/desk/messages/").content.decode()
    assert "Weekly letter: Water Bureau" in page
    assert "Overdue: 2<br>" in page
    assert ">1</span>" in client.get("/desk/messages/unread/").content.decode()
    letter = Delivery.objects.get(event__startswith="weekly:")
    assert client.get(f"/desk/messages/{letter.pk}/")["Location"] == "/desk/unit/"
    assert "Weekly letter" not in client.get("/desk/messages/?show=unread").content.decode()
    assert sit("road_head").get(f"/desk/messages/{letter.pk}/").status_code == 404
    assert "Weekly letter" not in sit("road_head").get("/desk/messages/").content.decode()
    assert sit("head").get("/desk/messages/?cursor=x").status_code == 404


def test_all_messages_are_read_at_once(sit, walk, cast, late):
    send_letters(now=timezone.now())
    client = sit("head")
    assert client.post("/desk/messages/read/")["Location"] == "/desk/messages/"
    assert not Delivery.objects.inbox_of(cast.head.pk).unread().exists()
    assert client.get("/desk/messages/unread/").content.decode().strip() == ""
