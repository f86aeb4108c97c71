import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.actions import CannotAppointAdministrator, appoint_administrator
from accounts.models import AdminRole, User
from deputies.models import Deputy
from directory.models import Department, Membership
from stations.models import Station

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    return tmp_path / "deep" / "accounts.json"


@pytest.fixture
def demo(file, settings):
    call_command("load_directory", settings.BASE_DIR / "directory" / "demo", stdout=StringIO())
    call_command("createdemo", file=file, stdout=StringIO())
    return {a["username"]: a for a in json.loads(file.read_text("utf-8"))["accounts"]}


def test_accounts_of_every_role_that_open_the_door(demo, file, client, code_of):
    assert file.stat().st_mode & 0o777 == 0o600
    assert {a["role"] for a in demo.values()} == {
        "dispatcher", "supervisor", "officer", "station_head", "handler", "head", "deputy", "resident",
        "admin_system", "admin_security", "admin_auditor",
    }  # fmt: skip
    assert Membership.objects.count() == 2 * Department.objects.count()
    assert Station.objects.count() == 23
    assert Deputy.objects.count() == 260
    assert Station.objects.filter(officer=None).count() == Station.objects.filter(head=None).count() == 0
    assert len(demo) == User.objects.count()
    dispatcher = demo["dispatcher"]
    body = {"username": "dispatcher", "password": dispatcher["password"], "code": code_of(dispatcher["totp_secret"])}
    assert client.post("/api/v1/auth/token/", body, content_type="application/json").status_code == 200


def test_running_it_again_keeps_everything_and_heals(demo, file):
    before = file.read_text("utf-8")
    User.objects.filter(username="dispatcher").update(password="broken")
    call_command("createdemo", file=file, stdout=StringIO())
    assert file.read_text("utf-8") == before
    assert User.objects.get(username="dispatcher").check_password(demo["dispatcher"]["password"])
    User.objects.filter(username="supervisor").delete()
    call_command("createdemo", file=file, stdout=StringIO())
    assert file.read_text("utf-8") == before


def test_a_lost_file_is_written_anew_with_the_same_second_factors(demo, file):
    file.unlink()
    call_command("createdemo", file=file, stdout=StringIO())
    again = {a["username"]: a for a in json.loads(file.read_text("utf-8"))["accounts"]}
    assert again["head-urban"]["totp_secret"] == demo["head-urban"]["totp_secret"]
    assert User.objects.get(username="head-urban").check_password(again["head-urban"]["password"])


def test_not_in_production_not_without_a_district_not_over_another_file(file, settings):
    with pytest.raises(CommandError, match="load_directory"):
        call_command("createdemo", file=file, stdout=StringIO())
    settings.ENVIRONMENT = "production"
    with pytest.raises(CommandError, match="production"):
        call_command("createdemo", file=file, stdout=StringIO())
    assert not file.exists()
    settings.ENVIRONMENT = "local"
    call_command("load_directory", settings.BASE_DIR / "directory" / "demo", stdout=StringIO())
    file.parent.mkdir()
    file.write_text("[]", "utf-8")
    with pytest.raises(CommandError, match="not a list of demo accounts"):
        call_command("createdemo", file=file, stdout=StringIO())
    assert file.read_text("utf-8") == "[]"


def test_administrators_hold_one_kind_and_its_permissions(demo, newcomer):
    system, auditor = (User.objects.get(username=f"admin-{kind}") for kind in ("system", "auditor"))
    assert system.has_perm("directory.change_area")
    assert not system.has_perm("accounts.change_user")
    assert not auditor.has_perm("accounts.change_user")
    assert auditor.has_perm("accounts.view_user")
    with pytest.raises(CannotAppointAdministrator):
        appoint_administrator(user=auditor, kind="system")
    with pytest.raises(CannotAppointAdministrator):
        appoint_administrator(user=newcomer, kind="emperor")
    assert AdminRole.objects.count() == 3
