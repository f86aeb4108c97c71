"""Following somebody else's published petition: confirmed by a code, told once a turn, stopped at any time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import crypto
from accounts.models import PHONE_PURPOSE
from journal.models import Entry, Outbox
from notifications.models import Channel, Delivery
from notifications.tasks import send_due
from petitions.actions.following import KEEP_UNCONFIRMED, forget_followers
from petitions.actions.telling import tell
from petitions.followers import Follower
from petitions.models import Petition
from petitions.references import new_reference
from tests.cast import RESIDENT_PHONE, Cast
from tests.walk import LIMIT, Walk, assert_ok

MAIL, PHONE = "neighbour@example.cn", "13700137000"


@pytest.fixture(autouse=True)
def _plain_files(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def published(cast: Cast) -> Walk:
    """A petition in progress, published."""
    walk = Walk(cast)
    walk.to("in_progress")
    walk.act("officer", "propose_publication", title="下水道", text="下水道堵塞。")
    walk.act("dispatcher", "publish")
    tell(now=timezone.now(), limit=1000)
    return walk


@pytest.fixture
def stranger() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def sent(channel: str = "") -> list[Delivery]:
    rows = Delivery.objects.filter(address__isnull=False).order_by("pk")
    return list(rows.filter(channel=channel) if channel else rows)


def code_in(delivery: Delivery) -> str:
    return re.findall(r"\b\d{6}\b", delivery.body)[0]


def ask(client: Client, walk: Walk, address: str = MAIL):
    return client.post(f"/published/{walk.reference}/follow/", {"address": address})


def enrol(client: Client, walk: Walk, address: str = MAIL):
    ask(client, walk, address)
    code = code_in(sent()[-1])
    return client.post(f"/published/{walk.reference}/follow/", {"address": address, "code": code})


@pytest.mark.parametrize(("address", "channel"), [(MAIL, Channel.EMAIL), (PHONE, Channel.SMS)])
def test_a_confirmed_address_is_told_of_each_turn_once(stranger, published, address, channel):
    assert enrol(stranger, published, address).url == f"/published/{published.reference}/"
    before = len(sent())
    turn_entries(published)
    told = sent(channel)[-(len(sent()) - before) :]
    assert told
    assert {each.telephone if channel == Channel.SMS else each.mailbox for each in told} == {address}
    assert len({each.event for each in told}) == len(told)
    assert all("下水道" in each.body and "/following/stop/#" in each.body for each in told)
    assert all(RESIDENT_PHONE not in each.body for each in told)
    count = len(sent())
    replay(published)
    assert len(sent()) == count


def turn_entries(walk: Walk) -> None:
    """The department answers, the station passes it on: one public turn that followers hear of."""
    assert_ok(walk.order_act("head", "reply", **LIMIT))
    assert_ok(walk.act("officer", "approve_reply"))
    tell(now=timezone.now(), limit=1000)


def replay(walk: Walk) -> None:
    """Work the same journal entries off once more, as after a crash between telling and forgetting."""
    petition = Petition.objects.get(reference=walk.reference)
    for entry in Entry.objects.filter(matter_type="petition", matter_id=petition.pk):
        Outbox.objects.get_or_create(entry=entry, defaults={"matter_type": "petition", "at": entry.at})
    tell(now=timezone.now(), limit=1000)


def test_nobody_is_told_before_the_code_was_entered(stranger, published):
    assert ask(stranger, published).status_code == 200
    codes = len(sent())
    turn_entries(published)
    assert len(sent()) == codes == 1


def test_the_code_goes_by_mail_with_a_subject(stranger, published):
    ask(stranger, published)
    send_due()
    assert [each.to for each in mail.outbox] == [[MAIL]]
    assert mail.outbox[0].subject == "Your code for following a petition"


def test_a_code_works_once_and_for_five_tries(stranger, published):
    ask(stranger, published)
    right = code_in(sent()[-1])
    wrong = f"{(int(right) + 1) % 10**6:06}"
    address = f"/published/{published.reference}/follow/"
    for _try in range(5):
        answer = stranger.post(address, {"address": MAIL, "code": wrong})
        assert answer.status_code == 422
        assert "wrong or has expired" in answer.text
    assert stranger.post(address, {"address": MAIL, "code": right}).status_code == 422
    assert not Follower.objects.confirmed().exists()


def test_a_used_or_late_code_is_none(stranger, published):
    enrol(stranger, published)
    used = code_in(sent()[-1])
    address = f"/published/{published.reference}/follow/"
    assert stranger.post(address, {"address": MAIL, "code": used}).status_code == 422
    ask(stranger, published)
    Follower.objects.update(code_expires_at=timezone.now() - timedelta(seconds=1))
    assert stranger.post(address, {"address": MAIL, "code": code_in(sent()[-1])}).status_code == 422


def test_asking_answers_the_same_whether_one_follows_already_or_not(stranger, published):
    first = ask(stranger, published).text
    enrol(stranger, published)
    again = ask(Client(HTTP_ACCEPT_LANGUAGE="en"), published).text
    plain = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    assert plain.sub("", first) == plain.sub("", again)
    assert Follower.objects.count() == 1


def test_three_codes_to_one_address_then_a_pause(stranger, published):
    assert [ask(stranger, published).status_code for _n in range(4)] == [200, 200, 200, 422]
    assert len(sent()) == 3


@pytest.mark.parametrize("address", ["", "   ", "nobody@", "@example.cn", "0755 12345678", "12345", "a" * 255])
def test_what_is_no_address_is_refused_and_kept_in_the_field(stranger, published, address):
    answer = ask(stranger, published, address)
    assert answer.status_code == 422
    if address.strip():
        assert f'value="{address[:5]}' in answer.text
    assert not sent()


def test_only_published_petitions_can_be_followed(stranger, cast):
    walk = Walk(cast)
    walk.to("in_progress")
    assert stranger.get(f"/published/{walk.reference}/follow/").status_code == 404
    assert ask(stranger, walk).status_code == 404


def test_the_stop_code_of_a_message_stops_and_deletes_the_address(stranger, published):
    enrol(stranger, published)
    follower = Follower.objects.get()
    wrong = stranger.post("/following/stop/", {"code": "2222222222"})
    assert wrong.status_code == 422
    assert "2222222222" in wrong.text
    assert stranger.post("/following/stop/", {"code": follower.stop_code}).url == "/published/"
    assert not Follower.objects.exists()
    codes = len(sent())
    turn_entries(published)
    assert len(sent()) == codes


def test_what_is_no_longer_public_is_told_to_nobody_and_the_address_is_forgotten(stranger, published):
    enrol(stranger, published)
    codes = len(sent())
    published.act("dispatcher", "refuse_publication", reason="含个人信息。")
    turn_entries(published)
    assert len(sent()) == codes
    assert forget_followers(now=timezone.now()) == 1


def test_unconfirmed_addresses_are_forgotten_after_a_day_and_confirmed_ones_stay(stranger, published):
    enrol(stranger, published)
    ask(stranger, published, PHONE)
    assert forget_followers(now=timezone.now()) == 0
    assert forget_followers(now=timezone.now() + KEEP_UNCONFIRMED + timedelta(minutes=1)) == 1
    assert Follower.objects.confirmed().get().channel == Channel.EMAIL


def test_with_the_number_one_signs_in_by_one_finds_and_stops_what_one_follows(published, cast, stranger):
    enrol(stranger, published, RESIDENT_PHONE)
    follower = Follower.objects.get()
    own, other = Client(HTTP_ACCEPT_LANGUAGE="en"), Client(HTTP_ACCEPT_LANGUAGE="en")
    own.force_login(cast.resident)
    other.force_login(cast.officer)
    assert "下水道" in own.get("/mine/").text
    assert own.get("/mine/data/export/").json()["followed"] == [published.reference]
    assert other.post("/mine/following/stop/", {"follower": follower.pk}).status_code == 404
    assert own.post("/mine/following/stop/", {"follower": "x"}).status_code == 404
    assert own.post("/mine/following/stop/", {"follower": follower.pk}).url == "/mine/"
    assert not Follower.objects.exists()


def test_the_address_is_encrypted_and_no_bare_address_has_an_inbox(published, stranger):
    enrol(stranger, published)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM petitions_follower")
        assert MAIL not in str(cursor.fetchall())
    delivery = sent()[-1]
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(channel=Channel.INBOX)


def test_my_petitions_cost_the_same_for_fifty_followed_as_for_five(published, cast):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(cast.resident)
    costs = []
    for already, wanted in ((0, 5), (5, 50)):
        for number in range(already, wanted):
            follow_another(published.petition, number)
        client.get("/mine/")
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/mine/").text.count('name="follower"') == wanted
        costs.append(len(caught))
    assert costs[0] == costs[1], costs


def follow_another(petition: Petition, number: int) -> None:
    """A copy of the published petition under another reference, followed with the resident's number."""
    now = timezone.now()
    petition.contact.pk = None
    petition.contact.save(force_insert=True)
    petition.pk, petition.reference, petition.idempotency_key = None, new_reference(), None
    petition.contact_id = petition.contact.pk
    petition.save(force_insert=True)
    Follower.objects.create(
        petition=petition,
        channel=Channel.SMS,
        address=RESIDENT_PHONE,
        address_index=crypto.blind_index(RESIDENT_PHONE, purpose=PHONE_PURPOSE),
        stop_code=f"STOP{number:06}",
        created_at=now,
        confirmed_at=now,
    )


def test_the_api_follows_and_stops_by_the_same_steps(stranger, published):
    follow = f"/api/v1/public/petitions/{published.reference}/follow/"

    def post(to, **values):
        return stranger.post(to, values, "application/json")

    nowhere = post(follow, address="nowhere")
    assert (nowhere.status_code, "11 digits" in nowhere.json()["detail"]) == (400, True)
    asked = post(follow, address=PHONE)
    assert (asked.status_code, asked.json()) == (202, {"channel": "sms"})
    code = code_in(sent()[-1])
    wrong = post(f"{follow}confirm/", address=PHONE, code="1" if code != "1" else "2")
    assert (wrong.status_code, "wrong or has expired" in wrong.json()["detail"]) == (400, True)
    assert not Follower.objects.confirmed().exists()
    assert post(f"{follow}confirm/", address=PHONE, code=code).json() == {"reference": published.reference}
    follower = Follower.objects.confirmed().get()
    stop = "/api/v1/public/following/stop/"
    assert post(stop, code=follower.stop_code, also="x").status_code == 400
    assert post(stop, code=follower.stop_code).json() == {"reference": published.reference}
    assert not Follower.objects.exists()
    assert post(stop, code=follower.stop_code).status_code == 400
    assert post(f"/api/v1/public/petitions/{'0' * 10}/follow/", address=PHONE).status_code == 404
