"""Key supervision: by whom, until when, the look-back and its reminder."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from desks.models import KeySupervision
from desks.reminders import remind_of_look_backs
from directory.calendar import local_day
from directory.models import Office
from journal.models import Entry
from notifications.models import Delivery
from petitions.audience import messages_for

pytestmark = pytest.mark.django_db


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
