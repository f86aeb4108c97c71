"""What nobody would notice until it breaks: queues, timetable, permissions, schema, migrations, floors."""

import io
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from celery.schedules import crontab
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.urls import URLPattern, get_resolver
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.views import APIView

from liaison.celery import QUEUES, app

OURS = {config.name for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}


def our_tasks():
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if name.split(".")[0] in OURS}


def queue_of(name, options=None):
    """The queue on which a message for this task really lands."""
    task = app.tasks[name]
    declared = {"queue": task.queue} if getattr(task, "queue", None) else {}
    return app.amqp.router.route({**declared, **(options or {})}, name)["queue"].name


def api_views():
    """Every view under /api/, with its address."""

    def walk(patterns, prefix=""):
        for pattern in patterns:
            address = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield address, pattern.callback
            else:
                yield from walk(pattern.url_patterns, address)

    for address, callback in walk(get_resolver().url_patterns):
        if address.startswith("api/"):
            yield address, getattr(callback, "cls", getattr(callback, "view_class", None))


def test_every_task_lands_on_a_queue_that_has_a_worker():
    lands = {name: queue_of(name) for name in our_tasks()}

    assert lands
    assert set(lands.values()) <= set(QUEUES), lands
    assert {queue.name for queue in app.conf.task_queues} == set(QUEUES)
    assert set(lands.values()) == set(QUEUES)


def test_every_task_lands_where_its_kind_of_work_is_done():
    expected = {
        "petitions.tasks.route": "routing",
        "petitions.tasks.replay_stranded": "routing",
        "petitions.tasks.tell": "notices",
        "petitions.tasks.sweep_clock": "clock",
        "dispatch.tasks.sweep_clock": "clock",
        "notifications.tasks.send": "notices",
    }

    assert {name: queue_of(name) for name in expected} == expected


def test_people_are_told_after_petitions_are_routed_and_codes_wait_behind_neither():
    """Redis serves every queue's messages without a priority first (kombu/transport/redis.py, `_brpop_start`)."""
    priorities = {name: app.amqp.router.route({}, name).get("priority", 0) for name in our_tasks()}

    assert {name for name, priority in priorities.items() if priority} == {"petitions.tasks.tell"}


def test_every_line_of_the_timetable_names_a_task_and_a_queue():
    known = our_tasks()

    for line, entry in app.conf.beat_schedule.items():
        assert entry["task"] in known, line
        assert queue_of(entry["task"], entry["options"]) in QUEUES, line
        if not isinstance(entry["schedule"], crontab):
            assert entry["options"]["expires"] <= entry["schedule"], line


def test_what_must_not_be_forgotten_is_on_the_timetable():
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert {
        "dispatch.tasks.sweep_clock", "petitions.tasks.sweep_clock", "petitions.tasks.replay_stranded",
        "notifications.tasks.send_due",
    } <= tasks  # fmt: skip


def test_messages_survive_a_worker_that_dies():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_every_name_an_action_nudges_is_a_task():
    known = our_tasks()

    for path in Path(settings.BASE_DIR).glob("*/**/*.py"):
        if path.parts[len(Path(settings.BASE_DIR).parts)] in OURS:
            for line in path.read_text().splitlines():
                if 'nudge("' in line:
                    assert line.split('nudge("')[1].split('"')[0] in known, line


def test_every_address_of_the_api_says_who_may_use_it():
    for address, view in api_views():
        assert issubclass(view or object, APIView), address
        own = "permission_classes" in {name for base in view.__mro__ if base is not APIView for name in vars(base)}
        inherits = view.permission_classes == [IsAuthenticated]
        assert own or inherits, address
        assert view.permission_classes, address


def test_every_address_that_takes_a_body_can_be_asked_what_it_takes():
    """OPTIONS asks a generic view for its serializer whenever it has a `post` or a `put`."""
    asked = 0
    for address, view in api_views():
        if issubclass(view, GenericAPIView) and (hasattr(view, "post") or hasattr(view, "put")):
            own = view.get_serializer_class is not GenericAPIView.get_serializer_class
            assert own or view.serializer_class is not None, address
            asked += 1
    assert asked


def test_what_is_open_to_everybody_is_a_short_list():
    open_to_all = {address for address, view in api_views() if AllowAny in view.permission_classes}

    assert open_to_all == {
        "api/schema/", "api/docs/", "api/v1/auth/token/", "api/v1/auth/code/", "api/v1/auth/code/verify/",
        "api/v1/consent-texts/", "api/v1/challenge/", "api/v1/petitions/", "api/v1/petitions/<str:reference>/follow/",
        "api/v1/public/petitions/<str:reference>/follow/", "api/v1/public/petitions/<str:reference>/follow/confirm/",
        "api/v1/public/following/stop/",
        "api/v1/appointments/", "api/v1/appointments/slots/", "api/v1/appointments/<str:reference>/open/",
        "api/v1/appointments/<str:reference>/move/", "api/v1/appointments/<str:reference>/cancel/",
        "api/v1/public/petitions/", "api/v1/public/petitions/<str:reference>/", "api/v1/public/categories/",
        "api/v1/public/areas/",
        "api/v1/public/duty-reports/", "api/v1/public/duty-reports/<int:id>/",
        "api/v1/public/stations/<str:code>/board/", "api/v1/public/deputies/<str:deputy>/",
        "api/v1/public/cases/", "api/v1/public/cases/<int:id>/",
        "api/v1/votes/paper/", "api/v1/votes/cast/", "api/v1/votes/<int:id>/code/",
        "api/v1/public/topics/", "api/v1/public/departments/", "api/v1/public/stations/", "api/v1/public/deputies/",
        "api/v1/public/stations/nearest/", "api/v1/public/stations/<str:code>/", "api/v1/public/receptions/",
        "api/v1/public/receptions/<int:id>/", "api/v1/public/unified-days/<int:id>/",
    }  # fmt: skip


def test_the_schema_is_complete_and_without_warnings(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))

    schema = (tmp_path / "schema.yml").read_text()
    for address, _view in api_views():
        if address.startswith("api/v1/"):
            written = "/" + address.replace("<str:", "{").replace("<int:", "{").replace(">", "}")
            assert f"  {written}:" in schema, written


def test_migrations_are_linear():
    loader = MigrationLoader(None)
    leaves = Counter(app_label for app_label, _name in loader.graph.leaf_nodes())

    assert {label: leaves[label] for label in OURS if leaves[label] > 1} == {}


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = io.StringIO()

    call_command("makemigrations", "--check", "--dry-run", stdout=out, verbosity=1)


def test_imports_go_downwards_only():
    code = "import sys; from importlinter.cli import lint_imports_command as main; sys.exit(main())"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stdout + done.stderr
