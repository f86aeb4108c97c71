"""Tasks of the project itself."""

from celery import shared_task
from django.utils import timezone

from liaison import actions


@shared_task(name="liaison.tasks.heartbeat", ignore_result=True)
def heartbeat(queue: str) -> None:
    """Sign of life of the worker of `queue`. Beat sends one to each queue; late ones are dropped."""
    actions.record_heartbeat(queue=queue, now=timezone.now())
