"""Background work of stations: telling people, reminding them. Safe to repeat."""

from celery import shared_task
from django.utils import timezone

from stations.actions.appointments import remind
from stations.actions.receptions import settle
from stations.actions.telling import tell as tell_now


@shared_task(name="stations.tasks.tell", ignore_result=True)
def tell() -> int:
    """Tell the people concerned what has happened to appointments; return how many entries were worked off."""
    told = 0
    while count := tell_now(now=timezone.now()):
        told += count
    return told


@shared_task(name="stations.tasks.remind", ignore_result=True)
def remind_all() -> int:
    """Remind of what begins within a day; return how many."""
    reminded = 0
    while count := remind(now=timezone.now()):
        reminded += count
    return reminded


@shared_task(name="stations.tasks.settle", ignore_result=True)
def settle_receptions() -> int:
    """Close the receptions that were left open overnight; return how many."""
    settled = 0
    while count := settle(now=timezone.now()):
        settled += count
    return settled
