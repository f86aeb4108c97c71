"""The router learns from closings, is judged on weeks it has not seen, promoted only when better, and rolled back."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from dispatch import versions
from dispatch.actions.router import CannotRollBack, roll_back
from dispatch.models import RouterVersion
from petitions import actions
from petitions.actions.learning import CannotTrainRouter, keep_report, tell_of_problem, train_router
from petitions.learning import closings
from petitions.models import RouterReport
from tests.learning.conftest import NOW, close, order

pytestmark = pytest.mark.django_db


def test_the_unit_that_finally_answered_is_the_truth(cast):
    petition = close(cast, 0, days_ago=3, unit="road")
    order(cast, petition, "water", petition.replied_at + timedelta(hours=1))
    order(cast, petition, "park", petition.replied_at, kind="co")
    [closing] = closings.latest(NOW - timedelta(days=9), NOW)
    assert (closing.unit, closing.category, closing.co_units) == ("water", "drain", ("park",))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "accusation"},
        {"state": "declined", "restricted": True, "decline_reason": "x", "decline_channel": "y"},
        {"state": "replied"},
    ],
)
def test_accusations_and_unchecked_replies_teach_nothing(cast, changes):
    close(cast, 0, days_ago=3, **changes)
    assert closings.latest(NOW - timedelta(days=9), NOW) == []


def test_closings_of_restricted_subjects_teach_nothing(cast):
    close(cast, 0, days_ago=3, category=cast.category["conduct"])
    assert closings.latest(NOW - timedelta(days=9), NOW) == []


def test_training_promotes_what_is_better_than_the_list(past):
    trained = train_router(now=NOW)
    assert trained.promoted
    assert trained.judged.top1 > trained.before.top1
    row = RouterVersion.objects.get(state="in_use")
    assert versions.path_of(row.file).is_file()
    assert row.data_until <= NOW
    assert row.figures["judged"]["asked"] == len([p for p in past if p.replied_at >= NOW - timedelta(days=14)])


def test_a_version_that_is_not_better_is_rejected(past):
    train_router(now=NOW)
    again = train_router(now=NOW + timedelta(minutes=1))
    assert not again.promoted
    assert RouterVersion.objects.get(pk=again.version.pk).state == "rejected"
    assert RouterVersion.objects.filter(state="in_use").count() == 1


def test_too_little_to_learn_from_is_said(cast):
    close(cast, 0, days_ago=3)
    with pytest.raises(CannotTrainRouter):
        train_router(now=NOW)


def promote_another(days, now):
    from dispatch.actions.router import promote

    trained = train_router(now=now, promote=False)
    return promote(version=trained.version, now=now)


def test_five_versions_are_kept_and_one_can_go_back_through_them(past):
    made = [promote_another(1, NOW + timedelta(minutes=n)) for n in range(7)]
    train_router(now=NOW + timedelta(minutes=9), promote=False)
    kept = list(RouterVersion.objects.filter(state__in=["in_use", "retired"]).exclude(file=""))
    assert len(kept) == 5
    oldest = f"router-{NOW:%Y%m%d-%H%M%S}"
    assert not any(path.name.startswith(oldest) for path in versions.path_of("x").parent.iterdir())
    for expected in (made[5], made[4]):
        assert roll_back(now=NOW + timedelta(hours=1)).pk == expected.pk
        assert versions.in_use().row.pk == expected.pk
        versions.forget()
    call_command("router_rollback")
    assert RouterVersion.objects.get(state="in_use").pk == made[3].pk


def test_nothing_to_go_back_to_is_said(db):
    with pytest.raises(CannotRollBack):
        roll_back(now=NOW)
    with pytest.raises(CommandError):
        call_command("router_rollback")


def test_the_command_trains_from_the_database(past, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("petitions.management.commands.train_router.timezone.now", lambda: NOW)
    call_command("train_router", "--json", "--model", str(tmp_path / "copy.zip"))
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["promoted"]
    assert told["closings"] == 240
    assert (tmp_path / "copy.zip").is_file()


# --- In use -----------------------------------------------------------------------------------------------------


def test_what_it_learned_routes_new_petitions_with_reasons(past, fresh_petition, settings):
    train_router(now=NOW)
    petition = actions.route(petition=fresh_petition(), now=NOW)
    petition.refresh_from_db()
    first = petition.routing.departments[0]
    assert first["code"] == "park"
    assert {reason["code"] for reason in first["reasons"]} & {"history", "text"}
    assert petition.routing.version == RouterVersion.objects.get(state="in_use").version


@pytest.mark.parametrize("harm", ["missing", "corrupt"])
def test_without_its_file_petitions_go_to_triage_and_staff_are_told(past, fresh_petition, cast, settings, client, harm):
    settings.ROUTER_CONFIDENCE = 0.1
    train_router(now=NOW)
    path = versions.path_of(RouterVersion.objects.get(state="in_use").file)
    path.unlink() if harm == "missing" else path.write_bytes(b"rubbish")
    versions.unload()
    petition = actions.route(petition=fresh_petition(category=cast.category["drain"]), now=NOW)
    assert (petition.state, petition.lead_unit) == ("submitted", None)
    assert petition.routed_at is not None
    assert petition.routing.departments
    assert tell_of_problem(now=NOW) >= 2
    assert tell_of_problem(now=NOW) == 0
    assert client.get("/readyz").json()["checks"]["router"]["problem"] == harm


def test_a_file_of_another_version_is_not_used(past, fresh_petition):
    train_router(now=NOW)
    row = RouterVersion.objects.get(state="in_use")
    path = versions.path_of(row.file)
    rewrite_format(path, 99)
    RouterVersion.objects.filter(pk=row.pk).update(checksum=versions.checksum(path))
    versions.unload()
    petition = actions.route(petition=fresh_petition(), now=NOW)
    assert petition.state == "submitted"
    assert versions.in_use().problem == "other_version"


def rewrite_format(path, number):
    import zipfile

    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    manifest["format_version"] = number
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_a_worker_takes_up_another_version_without_a_restart(past, django_assert_max_num_queries):
    promote_another(1, NOW)
    first = versions.in_use()
    promote_another(1, NOW + timedelta(minutes=1))
    assert versions.in_use() is first  # looked up at most once a minute
    versions.forget()
    assert versions.in_use().row.pk != first.row.pk
    with django_assert_max_num_queries(0):
        versions.in_use()


def test_closings_after_the_training_are_learned_within_a_minute(walk, past, monkeypatch):
    from petitions import routing
    from petitions.learning import following

    train_router(now=NOW)
    model = following.in_use(routing.directory()).model
    before = model.units.follower.closings
    walk.to("awaiting_evaluation")
    following.in_use(routing.directory())
    assert model.units.follower.closings == before
    following.look_again()
    following.in_use(routing.directory())
    following.look_again()
    following.in_use(routing.directory())
    assert model.units.follower.closings == before + 1


def test_automatic_assignment_is_switched_by_category(past, fresh_petition, cast, settings):
    from dispatch.models import AutomaticAssignment

    settings.ROUTER_CONFIDENCE = 0.5
    AutomaticAssignment.objects.create(category=cast.category["drain"], enabled=False)
    AutomaticAssignment.objects.create(category=cast.category["road"], enabled=True, threshold=0.3)
    drain = actions.route(petition=fresh_petition(category=cast.category["drain"]), now=NOW)
    road = actions.route(petition=fresh_petition(category=cast.category["road"]), now=NOW)
    assert drain.state == "submitted"
    assert road.state == "assigned"


def test_accusations_are_never_automatic(past, fresh_petition, cast, settings):
    from dispatch.models import AutomaticAssignment

    AutomaticAssignment.objects.create(category=cast.category["conduct"], enabled=True, threshold=0.0)
    petition = actions.route(petition=fresh_petition(category=cast.category["conduct"]), now=NOW)
    assert petition.restricted
    assert petition.lead_unit is None


def test_the_report_counts_what_the_router_said_against_who_answered(past, cast, fresh_petition):
    from petitions.models import Routing

    for number, petition in enumerate(past):
        said = "water" if number % 4 == 0 else petition_unit(petition)
        Routing.objects.create(
            petition=petition, at=petition.submitted_at, version="list-1", assigned=False,
            departments=[{"code": said, "score": 0.9, "reasons": [], "co_units": []}],
        )  # fmt: skip
    figures = keep_report(now=NOW).figures
    assert RouterReport.objects.count() == 1
    assert figures["closings"] == 240
    assert sum(week["closings"] for week in figures["weeks"]) == 240
    assert figures["confusion"][0]["proposed"] == "water"
    assert {row["category"] for row in figures["corrected"]} == {"road", "noise"}


def petition_unit(petition):
    from dispatch.models import WorkOrder

    return WorkOrder.objects.get(matter_id=petition.pk).department.code
