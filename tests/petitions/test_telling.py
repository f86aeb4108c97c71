"""Who is told what at which turn: once, in their language, without a name or a number."""

import pytest
from django.utils import timezone

from journal.models import Entry, Outbox
from notifications.models import Delivery
from petitions import tasks
from petitions.actions.telling import tell
from petitions.models import Petition
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(walk):
    """Tell what is in the outbox; return {who: labels} of what is new since the last time."""
    seen = set()

    def tell_now():
        tasks.replay_stranded()
        new = {}
        for row in Delivery.objects.exclude(pk__in=seen).select_related("user").order_by("pk"):
            seen.add(row.pk)
            action = Entry.objects.get(pk=row.event.removeprefix("journal:")).action
            new.setdefault(row.user.username if row.user else "petitioner", []).append(action)
        return new

    return tell_now


def test_who_is_told_on_the_straight_way(walk, told):
    heard = {}
    for state in ("submitted", "registered", "assigned", "in_progress", "replied", "awaiting_evaluation", "concluded"):
        dict(walk._steps())[state]()
        heard[state] = told()

    assert heard == {
        "submitted": {"petitioner": ["submit"], "officer": ["submit"], "station_head": ["submit"]},
        "registered": {"dispatcher": ["register"]},
        "assigned": {"petitioner": ["assign"], "handler": ["assign"], "head": ["assign"]},
        "in_progress": {},
        "replied": {"officer": ["reply"], "station_head": ["reply"]},
        "awaiting_evaluation": {"petitioner": ["approve_reply"]},
        "concluded": {
            "petitioner": ["evaluate"], "officer": ["evaluate"], "station_head": ["evaluate"],
            "handler": ["evaluate"], "head": ["evaluate"],
        },
    }  # fmt: skip


def test_nobody_is_told_of_what_they_did_themselves(walk, told):
    walk.to("submitted")
    told()
    assert_ok(walk.act("dispatcher", "register"))

    assert told() == {}


def test_requests_go_to_those_who_rule_and_rulings_to_the_unit(walk, told):
    walk.to("in_progress")
    told()
    assert_ok(walk.order_act("handler", "request_extension", reason="x", working_days=2))
    assert told() == {"dispatcher": ["request_extension"]}

    assert_ok(walk.order_act("dispatcher", "grant_extension", ruling="同意延期。"))

    assert told() == {"petitioner": ["grant_extension"], "handler": ["grant_extension"], "head": ["grant_extension"]}
    message = Delivery.objects.filter(contact__isnull=False).latest("pk")
    assert "同意延期。" in message.body


def test_the_deputy_who_received_it_is_kept_informed(walk, told):
    walk.to("submitted")
    Petition.objects.update(deputy=walk.cast.seat)
    told()
    assert_ok(walk.act("dispatcher", "assign", units=["water"]))

    assert "deputy" in told()


def test_a_restricted_matter_is_told_to_supervisors_only(walk, told):
    walk.submit(kind="accusation")
    assert told() == {"petitioner": ["submit"]}

    other = Walk(walk.cast).to("in_progress")
    assert_ok(other.act("officer", "restrict", reason="检举。"))

    staff = {who for who in told() if who != "petitioner"}
    assert staff == {"supervisor"}


@pytest.mark.parametrize("times", [2, 3])
def test_told_twice_is_delivered_once(walk, times):
    walk.to("assigned")
    for _ in range(times):
        for entry in Entry.objects.all():
            Outbox.objects.get_or_create(entry=entry, matter_type="petition", at=entry.at)
        tell(now=timezone.now())

    rows = list(Delivery.objects.values_list("event", "user", "contact", "channel"))
    assert len(rows) == len(set(rows)) == 2 + 2 + 1 + 2


def test_one_petitions_nudge_tells_only_of_it(walk):
    walk.to("submitted")
    other = Walk(walk.cast).to("submitted")

    tasks.tell(walk.petition.pk)

    assert [row.entry.matter_id for row in Outbox.objects.select_related("entry")] == [other.petition.pk]


def test_messages_hold_no_name_number_or_words_of_the_residents(walk):
    walk.submit(name="欧阳锋锋", text="邻居张大山的狗整夜叫。", title="噪音")
    assert_ok(walk.act("dispatcher", "assign", units=["water"]))
    assert_ok(walk.mine("supplement", text="秘密补充。"))
    tasks.replay_stranded()

    for row in Delivery.objects.all():
        for secret in ("欧阳锋锋", "13912345678", "张大山", "秘密补充"):
            assert secret not in f"{row.subject} {row.body} {row.url} {row.event}"


def test_everybody_is_told_in_their_own_language(walk):
    walk.to("submitted")
    walk.cast.people["officer"].language = "zh-hans"
    walk.cast.people["officer"].save()
    Petition.objects.get().contact.language = "en"

    tasks.replay_stranded()

    head = Delivery.objects.get(user__username="station_head")
    assert "Received" in head.subject
    assert Delivery.objects.get(user__username="officer").language == "zh-hans"


def test_the_text_to_the_resident_says_where_to_look(walk):
    walk.to("submitted")
    tasks.replay_stranded()

    message = Delivery.objects.get(contact__isnull=False)
    petition = walk.petition
    assert petition.spoken_reference in message.body
    assert f"/follow/?reference={petition.reference}" in message.body
    assert message.channel == "sms"


def test_inactive_people_are_not_told(walk, told):
    user = walk.cast.station_head
    user.is_active = False
    user.save()
    walk.to("submitted")

    assert "station_head" not in told()
