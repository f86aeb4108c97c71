"""Send what is due. The message to the queue is only speed; `send_due` is the guarantee."""

import logging
import time

from celery import shared_task
from django.utils import timezone

from notifications import actions, sending
from notifications.actions import Claim
from notifications.gateways import GatewayError
from notifications.models import Delivery

log = logging.getLogger(__name__)
BATCH = 20  # each at most ten seconds with the slowest gateway: well within actions.LEASE
SWEEP_SECONDS = 25  # beat comes again after 30

# `acks_late` and the return of a message whose worker died are set for all tasks (settings.py). No Celery
# retries: when to try again is a column, so that it outlives the queue.


@shared_task(name="notifications.tasks.send", ignore_result=True)
def send(*delivery_ids: int) -> None:
    """Send each delivery that is due and that nobody else is sending."""
    for start in range(0, len(delivery_ids), BATCH):
        for claim in actions.claim(now=timezone.now(), size=BATCH, delivery_ids=delivery_ids[start : start + BATCH]):
            _send(claim)


@shared_task(name="notifications.tasks.send_due", ignore_result=True)
def send_due() -> int:
    """Send everything that is due, the longest waiting first; return how many were taken in hand."""
    stop_at = time.monotonic() + SWEEP_SECONDS
    taken = 0
    while time.monotonic() < stop_at:
        batch = actions.claim(now=timezone.now(), size=BATCH)
        for claim in batch:
            _send(claim)
        taken += len(batch)
        if len(batch) < BATCH:
            break
    return taken


@shared_task(name="notifications.tasks.forget_codes", ignore_result=True)
def forget_codes() -> int:
    """Remove one-time codes and the numbers they went to, a day later."""
    return actions.forget_codes(now=timezone.now())


def _send(claim: Claim) -> None:
    """Send what was claimed and note how it went; no fault of one delivery reaches the next."""
    try:
        reason = _attempt(claim)
    except GatewayError as error:
        _failed(claim, error.code, error.permanent)
    except Exception:
        log.exception("delivery %s: attempt %s broke", claim.id, claim.attempts)
        _failed(claim, "fault", permanent=False)
    else:
        if reason:
            actions.settle_needless(claim=claim, code=reason)
        else:
            actions.settle_sent(claim=claim, now=timezone.now())


def _attempt(claim: Claim) -> str:
    """Hand it over; return why that was needless, if it was. Raises GatewayError."""
    if claim.attempts > actions.MAX_ATTEMPTS:
        # Each claim ran out unsettled: something about this row kills the worker.
        raise GatewayError("interrupted", permanent=True)
    delivery = Delivery.objects.select_related("user", "contact").get(pk=claim.id)
    reason = sending.is_needless(delivery, timezone.now())
    if not reason:
        sending.hand_over(delivery)
    return reason


def _failed(claim: Claim, code: str, permanent: bool) -> None:
    log.warning("delivery %s: attempt %s failed: %s", claim.id, claim.attempts, code)
    actions.settle_failed(claim=claim, code=code, permanent=permanent, now=timezone.now())
