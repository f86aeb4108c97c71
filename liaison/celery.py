"""The Celery application: its queues and its timetable. Retry policies are declared on the tasks themselves.

Messages carry ids only. Whatever a message would have caused is found by a sweep as well: the timetable below
is the guarantee, a message only makes it quick.
"""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import (
    beat_init,
    setup_logging,
    task_postrun,
    task_prerun,
    worker_init,
    worker_process_shutdown,
    worker_ready,
)
from django.conf import settings
from kombu import Exchange, Queue

from common.nudge import finish_publishing, publish_in_background
from liaison import embedded
from liaison.request_id import set_petition, set_request_id

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

LEARNING = "learning"
QUEUES = ("routing", "clock", "notices", LEARNING)
HEARTBEAT_SECONDS = 30
# One of Redis' priorities: what has none comes first, in turn from each queue. A flood of petitions is routed before
# people are told of it, and one-time codes wait behind neither. RabbitMQ serves its queues in turn.
LATER = 6
# Tasks whose arguments are numbers of petitions.
OF_PETITIONS = {"petitions.tasks.route", "petitions.tasks.tell"}

app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
# Named here, not on the tasks: Celery is giving that attribute up (5.7 warns, 6.0 removes it).
app.conf.task_routes = {
    "accounts.tasks.*": {"queue": "clock"},
    "deputies.tasks.*": {"queue": "clock"},
    "desks.tasks.*": {"queue": "notices"},
    "dispatch.tasks.*": {"queue": "clock"},
    "notifications.tasks.*": {"queue": "notices"},
    "petitions.tasks.sweep_clock": {"queue": "clock"},
    "petitions.tasks.forget_followers": {"queue": "clock"},
    "petitions.tasks.forget_files": {"queue": "clock"},
    "petitions.tasks.tell": {"queue": "notices", "priority": LATER},
    # One process works this queue: it holds the indexes, and a training must not keep a petition waiting.
    "petitions.tasks.place": {"queue": LEARNING},
    "petitions.tasks.keep_topics": {"queue": LEARNING},
    "petitions.tasks.train_router": {"queue": LEARNING},
    "petitions.tasks.watch_router": {"queue": LEARNING},
    "petitions.tasks.*": {"queue": "routing"},
    "stations.tasks.*": {"queue": "notices"},
}
app.autodiscover_tasks()


def _every(seconds: float, task: str, queue: str, *args: str) -> dict[str, Any]:
    """A line of the timetable. A run that waited longer than its interval is dropped: the next does it."""
    return {"task": task, "schedule": seconds, "args": args, "options": {"queue": queue, "expires": seconds}}


# At night, when nobody waits; one that could not run within six hours is left to the next night.
NIGHTLY = {"schedule": crontab(minute=10, hour=3), "options": {"queue": LEARNING, "expires": 6 * 3600}}

app.conf.beat_schedule = {
    **{f"heartbeat {name}": _every(HEARTBEAT_SECONDS, "liaison.tasks.heartbeat", name, name) for name in QUEUES},
    "forget what has expired": _every(24 * 3600, "accounts.tasks.forget_expired", "clock"),
    "sweep the clock of work orders": _every(30, "dispatch.tasks.sweep_clock", "clock"),
    "sweep the clock of petitions": _every(30, "petitions.tasks.sweep_clock", "clock"),
    "replay what was stranded": _every(30, "petitions.tasks.replay_stranded", "routing"),
    "weekly letters to unit heads": {
        "task": "desks.tasks.weekly_letters",
        "schedule": crontab(hour=8, minute=0, day_of_week="mon"),
        "options": {"queue": "notices"},
    },
    "remind of look-backs": {
        "task": "desks.tasks.remind_of_look_backs",
        "schedule": crontab(hour=8, minute=30),
        "options": {"queue": "notices"},
    },
    "take facts of duty into the files": _every(30, "deputies.tasks.keep_files", "clock"),
    "remind of the rhythm of duty": {
        "task": "deputies.tasks.remind_of_rhythm",
        "schedule": crontab(hour=8, minute=30),
        "options": {"queue": "clock"},
    },
    "tell of appointments": _every(60, "stations.tasks.tell", "notices"),
    "remind of appointments": _every(300, "stations.tasks.remind", "notices"),
    "close receptions left open": _every(600, "stations.tasks.settle", "notices"),
    "write and remove files": _every(60, "desks.tasks.sweep_exports", "notices"),
    "send due notices": _every(30, "notifications.tasks.send_due", "notices"),
    "place new petitions": _every(30, "petitions.tasks.place", LEARNING),
    "reckon hot topics": _every(300, "petitions.tasks.keep_topics", LEARNING),
    "watch the router": _every(60, "petitions.tasks.watch_router", LEARNING),
    "train the router": {"task": "petitions.tasks.train_router", **NIGHTLY},
    "forget followers": _every(3600, "petitions.tasks.forget_followers", "clock"),
    "forget files taken off answers": _every(3600, "petitions.tasks.forget_files", "clock"),
    "forget one-time codes": _every(3600, "notifications.tasks.forget_codes", "notices"),
}


@setup_logging.connect
def _log_as_the_site_does(**_kwargs: Any) -> None:
    """Keep Celery from installing its own handlers: one clean format for web and worker (liaison/logs.py).

    Celery's own lines name a task and its id, not its arguments.
    """
    logging.config.dictConfig(settings.LOGGING)


@task_prerun.connect
def _name_the_task(task_id: str, task: Any, args: Any, **_kwargs: Any) -> None:
    """For the log: a task's own number stands for the request's, and those that take petitions name them."""
    set_request_id(task_id)
    if task.name in OF_PETITIONS:
        set_petition(",".join(str(int(number)) for number in args))


@task_postrun.connect
def _forget_the_task(**_kwargs: Any) -> None:
    set_request_id("")
    set_petition("")


@worker_init.connect
@beat_init.connect
def _start_embedded_redis(**_kwargs: Any) -> None:
    """Neither has a database connection yet, which would have started it."""
    if embedded.is_own(settings.REDIS_URL):
        embedded.ensure(["redis"])


@worker_init.connect
def _publish_off_the_work(**_kwargs: Any) -> None:
    """What tasks leave behind goes out together: a routed petition alone causes four messages."""
    publish_in_background()


@worker_process_shutdown.connect
def _publish_the_rest(**_kwargs: Any) -> None:
    finish_publishing()


@worker_ready.connect
def _show_life_at_once(sender: Any, **_kwargs: Any) -> None:
    """Send the first heartbeats when a worker starts: beat would wait half a minute, and `/readyz` with it."""
    for queue in sender.app.amqp.queues.consume_from:
        app.send_task("liaison.tasks.heartbeat", args=(queue,), queue=queue, expires=HEARTBEAT_SECONDS)
