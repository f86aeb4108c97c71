"""What repeats what, and what is hot: placed by one petition at a time, shown to whom it concerns."""

from datetime import timedelta

import pytest

from notifications.models import Delivery
from petitions import actions, tasks
from petitions.actions.placing import keep_topics, place
from petitions.learning import placing
from petitions.models import HotTopic, Placement, SameMatter
from tests.factories import ContactFactory
from tests.learning.conftest import NOW

pytestmark = pytest.mark.django_db

LAMP = "碧湖花园北门外的路灯连续三个晚上不亮，老人和孩子回家看不清路，请尽快派人维修。"
AGAIN = "碧湖花园北门外面的路灯连续三个晚上都不亮，老人和孩子回家看不清路，请尽快派人来维修。"
OTHER = "公交三十二路早高峰间隔太长，等了四十分钟才来一班，希望增加班次。"


@pytest.fixture
def place_all():
    def run(now=NOW):
        return sum(place(found=found, now=now) for found in placing.waiting(now, seconds=60))

    return run


def lamp(fresh_petition, text=LAMP, **changes):
    return fresh_petition(title="碧湖花园北门路灯不亮", text=text, **changes)


def test_a_repeated_matter_is_found_scored_and_merged_by_one_key(walk, fresh_petition, place_all):
    first, second, third = lamp(fresh_petition), lamp(fresh_petition, AGAIN), fresh_petition(title="公交", text=OTHER)
    assert place_all() == 3
    pair = SameMatter.objects.get()
    assert (pair.petition, pair.earlier) == (second, first)
    assert pair.score >= 0.8

    answer = walk.api("dispatcher").get(f"/api/v1/petitions/{second.reference}/similar/").json()
    assert answer["placed"]
    assert answer["merge_into"] == first.reference
    [like] = answer["results"]
    assert like["petition"]["reference"] == first.reference
    assert like["same_matter"]
    assert not like["same_person"]
    walk.reference = second.reference
    assert walk.act("dispatcher", "merge", into=answer["merge_into"]).status_code == 200
    second.refresh_from_db()
    assert second.merged_into == first
    assert walk.api("dispatcher").get(f"/api/v1/petitions/{third.reference}/similar/").json()["results"] == []


def test_the_same_person_sending_again_is_known(fresh_petition, place_all):
    lamp(fresh_petition, contact=ContactFactory(phone="13700000001"))
    lamp(fresh_petition, AGAIN, contact=ContactFactory(phone="13700000001"))
    place_all()
    assert SameMatter.objects.get().same_person


def test_accusations_are_compared_with_nothing(fresh_petition, place_all):
    lamp(fresh_petition, restricted=True, state="registered")
    lamp(fresh_petition, kind="accusation")
    lamp(fresh_petition, AGAIN)
    assert place_all() == 1
    assert SameMatter.objects.count() == 0


def test_what_became_restricted_afterwards_is_shown_to_nobody_else(walk, fresh_petition, place_all):
    first, second = lamp(fresh_petition), lamp(fresh_petition, AGAIN)
    place_all()
    actions.restrict(petition=first, by=walk.cast.dispatcher, now=NOW)
    assert walk.api("dispatcher").get(f"/api/v1/petitions/{second.reference}/similar/").json()["results"] == []


@pytest.mark.parametrize(
    ("who", "status"), [("officer", 200), ("dispatcher", 200), ("handler", 404), ("far_officer", 404), ("deputy", 404)]
)
def test_who_may_ask_for_like_matters(walk, fresh_petition, place_all, who, status):
    petition = lamp(fresh_petition, station=walk.cast.station["east"])
    place_all()
    assert walk.api(who).get(f"/api/v1/petitions/{petition.reference}/similar/").status_code == status


def test_placing_again_or_in_another_process_changes_nothing(fresh_petition, place_all):
    lamp(fresh_petition), lamp(fresh_petition, AGAIN)
    place_all()
    before = list(Placement.objects.values_list("pk", "group")), SameMatter.objects.count()
    placing.reset()
    assert place_all() == 0
    assert (list(Placement.objects.values_list("pk", "group")), SameMatter.objects.count()) == before


def test_a_restarted_worker_goes_on_where_the_last_one_stopped(fresh_petition, place_all):
    first = lamp(fresh_petition)
    place_all()
    placing.reset()
    second = lamp(fresh_petition, AGAIN)
    place_all()
    assert SameMatter.objects.get().earlier == first
    assert Placement.objects.get(pk=second.pk).group == first.pk


def test_what_could_not_be_kept_is_kept_the_next_time(fresh_petition, place_all):
    lamp(fresh_petition), lamp(fresh_petition, AGAIN)

    def fail():
        for _found in placing.waiting(NOW, seconds=60):
            raise OSError

    with pytest.raises(OSError):
        fail()
    assert place_all() == 2
    assert SameMatter.objects.count() == 1


def test_the_task_places_what_waits(fresh_petition):
    from django.utils import timezone

    lamp(fresh_petition, submitted_at=timezone.now())
    assert tasks.place() == 1
    assert tasks.place() == 0


# --- Hot topics -------------------------------------------------------------------------------------------------


def many(fresh_petition, count, *, days_ago=1.0, **changes):
    return [
        lamp(fresh_petition, f"{LAMP}第{n}位居民。", submitted_at=NOW - timedelta(days=days_ago, minutes=n), **changes)
        for n in range(count)
    ]


def test_a_topic_counts_people_and_its_growth(fresh_petition, place_all, cast):
    many(fresh_petition, 2, days_ago=10)
    many(fresh_petition, 6)
    fresh_petition(title="公交", text=OTHER)
    place_all()
    keep_topics(now=NOW)
    week = HotTopic.objects.get(days=7)
    assert (week.messages, week.people, week.before, week.title) == (6, 6, 2, "碧湖花园北门路灯不亮")
    assert week.area.code == "EB"
    assert HotTopic.objects.get(days=30).people == 8


def test_one_person_writing_often_is_no_topic(fresh_petition, place_all):
    for n in range(4):
        lamp(fresh_petition, f"{LAMP}{n}", contact=ContactFactory(phone="13700000009"))
    place_all()
    keep_topics(now=NOW)
    assert not HotTopic.objects.exists()


def test_staff_are_told_once_a_week_of_a_topic_that_grows_fast(fresh_petition, place_all):
    many(fresh_petition, 6)
    place_all()
    for _again in range(3):
        keep_topics(now=NOW)
    told = Delivery.objects.filter(event__startswith="topic:")
    assert sorted(told.values_list("user__username", flat=True)) == ["dispatcher", "supervisor"]


def test_staff_read_the_topics_of_their_areas(walk, fresh_petition, place_all):
    made = many(fresh_petition, 3)
    place_all()
    keep_topics(now=NOW)
    [topic] = walk.api("dispatcher").get("/api/v1/topics/").json()["results"]
    assert topic["people"] == 3
    assert set(topic["petitions"]) == {petition.reference for petition in made}
    assert walk.api("far_dispatcher").get("/api/v1/topics/").json()["results"] == []
    assert walk.api("resident").get("/api/v1/topics/").status_code == 404
    assert walk.api("dispatcher").get("/api/v1/topics/?weeks=1").status_code == 400


def test_everybody_reads_topics_of_published_matters_only(walk, fresh_petition, place_all):
    made = many(fresh_petition, 4)
    place_all()
    keep_topics(now=NOW)
    assert walk.api().get("/api/v1/public/topics/").json()["results"] == []
    for petition in made[:2]:
        petition.publication, petition.public_title, petition.public_text = "published", "北门路灯", "路灯不亮。"
        petition.published_at = NOW
        petition.save()
    keep_topics(now=NOW)
    [topic] = walk.api().get("/api/v1/public/topics/?days=7").json()["results"]
    assert (topic["title"], topic["messages"], topic["people"]) == ("北门路灯", 2, 2)


def test_a_topic_that_cools_down_disappears(fresh_petition, place_all):
    many(fresh_petition, 3)
    place_all()
    keep_topics(now=NOW)
    keep_topics(now=NOW + timedelta(days=8))
    assert not HotTopic.objects.filter(days=7).exists()
    assert HotTopic.objects.filter(days=30).exists()
