"""The deputy's desk for programs holds what the page shows: own matters alone, never a restricted one."""

import pytest
from django.utils import timezone

from petitions.models import Claim, Evaluation, Petition
from tests.factories import PetitionFactory
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db
DESK = "/api/v1/deputies/me/"


def desk_of(walk, who="deputy"):
    answer = walk.api(who).get(DESK)
    assert answer.status_code == 200, answer.content
    return answer.json()


def follow(walk, petition):
    return Claim.objects.create(petition=petition, deputy=walk.cast.seat, at=timezone.now())


def test_only_what_is_raised_named_or_followed_with_the_order_to_urge(walk):
    walk.to("in_progress")
    assert desk_of(walk)["matters"] == []
    follow(walk, walk.petition)
    (row,) = desk_of(walk)["matters"]
    assert (row["reference"], row["followed"], row["raised"]) == (walk.reference, True, False)
    assert row["work_order"] == walk.order.pk
    assert (row["due"], row["overdue"]) == (False, False)
    Claim.objects.all().delete()
    Petition.objects.update(deputy=walk.cast.seat, entered_by=walk.cast.deputy, due_at=timezone.now())
    (row,) = desk_of(walk)["matters"]
    assert (row["followed"], row["raised"], row["due"], row["overdue"]) == (False, True, True, True)


def test_what_residents_answered_and_nothing_restricted(walk):
    walk.to("in_progress")
    follow(walk, walk.petition)
    Evaluation.objects.create(
        petition=walk.petition,
        round=1,
        process="satisfied",
        result="dissatisfied",
        comment="还是积水",
        at=timezone.now(),
    )
    (answer,) = desk_of(walk)["answers"]
    assert (answer["reference"], answer["result"], answer["comment"]) == (walk.reference, "dissatisfied", "还是积水")
    assert_ok(walk.act("dispatcher", "restrict", reason="检举。"))
    shut = desk_of(walk)
    assert (shut["matters"], shut["answers"]) == ([], [])


@pytest.mark.parametrize("who", ["officer", "dispatcher", "supervisor", "handler", "resident"])
def test_it_is_the_deputys_alone(walk, who):
    walk.to("registered")
    assert walk.api(who).get(DESK).status_code == 404


def test_as_many_statements_for_fifty_matters_as_for_five(walk, django_assert_max_num_queries):
    walk.to("registered")
    cast = walk.cast
    for _number in range(50):
        follow(walk, PetitionFactory(area=cast.area["EB"], station=cast.station["east"], state="assigned"))
    caller = walk.api("deputy")
    caller.get(DESK)
    with django_assert_max_num_queries(20):
        assert len(caller.get(DESK).json()["matters"]) == 50
