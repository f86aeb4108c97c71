"""The only writer of deliveries: take them in, claim them for sending, note how it went, retry, read."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actions.codes import LIFETIME as CODE_LIFETIME
from accounts.refusals import Refused
from common.nudge import nudge
from notifications.models import Channel, Delivery, State

MAX_ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)  # doubles with each attempt
JITTER = 0.25  # so that what failed together does not come back together
# A claim holds for so long; then the worker is taken for dead. Longer than a batch can take (see tasks.py).
LEASE = timedelta(minutes=5)
KEEP_CODES = timedelta(days=1)


class CannotRetry(Refused):
    """The delivery is not one that failed."""


@dataclass(frozen=True)
class Claim:
    """A delivery in somebody's hands. `attempts` tells one claim of it from the next."""

    id: int
    attempts: int


@dataclass(frozen=True)
class Message:
    """What to tell one person on one channel. `event` names what happened, and stays the same when told again.

    Exactly one of `user_id`, `contact_id` and `address` (for which `event` must name the recipient as well); the
    inbox needs a user. Text stays out of `repr`.
    """

    event: str
    channel: str
    body: str = field(repr=False)
    user_id: int | None = None
    contact_id: int | None = None
    address: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    language: str = ""
    url: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if [self.user_id is None, self.contact_id is None, not self.address].count(False) != 1:
            raise ValueError("A message goes to exactly one of user, contact and address.")
        if self.contact_id is not None and self.channel != Channel.SMS:
            raise ValueError("A contact is reached by text message only.")
        if self.address and self.channel not in (Channel.SMS, Channel.EMAIL):
            raise ValueError("An address has no inbox.")


@transaction.atomic
def enqueue(*, messages: Sequence[Message], now: datetime) -> int:
    """Take messages in, each event, person and channel once; return how many were new.

    Three statements however many there are. What is already known is left as it is, whatever became of it.
    Inbox messages have arrived by this alone; the others are sent by `tasks.send` after commit.
    """
    if not messages:
        return 0
    ids = _reserve_ids(len(messages))
    rows = [_row(message, pk, now) for message, pk in zip(messages, ids, strict=True)]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    new = dict(Delivery.objects.filter(pk__in=ids).values_list("pk", "state"))
    for pk in sorted(pk for pk, state in new.items() if state == State.PENDING):
        nudge("notifications.tasks.send", pk, together=True)
    return len(new)


def _reserve_ids(count: int) -> list[int]:
    """Keys taken beforehand tell afterwards which rows were new: with ON CONFLICT, Django returns none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Delivery._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _row(message: Message, pk: int, now: datetime) -> Delivery:
    arrived = message.channel == Channel.INBOX
    return Delivery(
        pk=pk,
        event=message.event,
        channel=message.channel,
        user_id=message.user_id,
        contact_id=message.contact_id,
        address=message.address or None,
        subject=" ".join(message.subject.split())[:200],  # no line break gets into a mail header
        body=message.body,
        url=message.url,
        language=message.language or settings.LANGUAGE_CODE,
        state=State.SENT if arrived else State.PENDING,
        sent_at=now if arrived else None,
        next_attempt_at=None if arrived else now,
        created_at=now,
    )


def send_sms(*, phone: str, body: str, event: str, now: datetime, valid: timedelta = CODE_LIFETIME) -> None:
    """Send a one-time code to a bare number, known or not (`settings.SMS_SENDER`). Once per event."""
    send_to_address(channel=Channel.SMS, address=phone, body=body, event=event, now=now, valid=valid)


@transaction.atomic
def send_to_address(
    *,
    channel: str,
    address: str,
    body: str,
    event: str,
    now: datetime,
    subject: str = "",
    valid: timedelta = CODE_LIFETIME,
) -> None:
    """Send a one-time code to a bare telephone number or e-mail address. Once per event.

    After `valid`, the code's lifetime, it is not sent any more, and `forget_codes` removes it a day later.
    """
    row = Delivery(
        event=event,
        channel=channel,
        address=address,
        subject=" ".join(subject.split())[:200],
        body=body,
        language=settings.LANGUAGE_CODE,
        next_attempt_at=now,
        expires_at=now + valid,
        created_at=now,
    )
    row.pk = _reserve_ids(1)[0]
    Delivery.objects.bulk_create([row], ignore_conflicts=True)
    nudge("notifications.tasks.send", row.pk)


@transaction.atomic
def claim(*, now: datetime, size: int, delivery_ids: Collection[int] | None = None) -> list[Claim]:
    """Take up to `size` due deliveries in hand (of these), passing over those that other workers are claiming.

    Committed before the gateway is called, so no lock is held meanwhile. Rows are not loaded here: one that cannot be
    read (its key is gone) must not hold up the others.
    """
    due = Delivery.objects.due(now).select_for_update(skip_locked=True)
    if delivery_ids is not None:
        due = due.filter(pk__in=delivery_ids)
    taken = list(due.values_list("pk", "attempts")[:size])
    Delivery.objects.filter(pk__in=[pk for pk, _attempts in taken]).update(
        state=State.SENDING, attempts=F("attempts") + 1, next_attempt_at=now + LEASE
    )
    return [Claim(pk, attempts + 1) for pk, attempts in taken]


def settle_sent(*, claim: Claim, now: datetime) -> bool:
    """Note that a claimed delivery has been handed over; False when the claim had run out meanwhile."""
    return _settle(claim, state=State.SENT, sent_at=now, next_attempt_at=None, error="")


def settle_failed(*, claim: Claim, code: str, permanent: bool, now: datetime) -> bool:
    """Note that an attempt failed, for the reason `code`: tried again later, or `failed` for staff to see.

    False when the claim had run out meanwhile.
    """
    if permanent or claim.attempts >= MAX_ATTEMPTS:
        return _settle(claim, state=State.FAILED, next_attempt_at=None, error=code)
    return _settle(claim, state=State.PENDING, next_attempt_at=now + pause(claim.attempts), error=code)


def settle_needless(*, claim: Claim, code: str) -> bool:
    """Close a claimed delivery that serves nobody any more; it is no failure that staff could mend."""
    return _settle(claim, state=State.GIVEN_UP, next_attempt_at=None, error=code)


def _settle(claim: Claim, **change: Any) -> bool:
    # `attempts` names the claim: whoever lost it to another worker settles nothing.
    own = Delivery.objects.filter(pk=claim.id, state=State.SENDING, attempts=claim.attempts)
    return bool(own.update(**change))


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: 1, 2, 4, 8, 16 minutes, up to a quarter more."""
    return FIRST_PAUSE * 2 ** (attempts - 1) * (1 + random.uniform(0, JITTER))  # noqa: S311


@transaction.atomic
def retry(*, delivery_id: int, now: datetime) -> Delivery:
    """Send a failed delivery again, with all its attempts anew.

    Raises CannotRetry when it has not failed, or is of no use any more; Delivery.DoesNotExist.
    """
    delivery = _locked(delivery_id)
    if delivery.state != State.FAILED:
        raise CannotRetry(_("Only a message that failed can be sent again."))
    if delivery.expires_at is not None and delivery.expires_at <= now:
        raise CannotRetry(_("This one-time code has expired. A new one has to be asked for."))
    delivery.state, delivery.attempts, delivery.next_attempt_at = State.PENDING, 0, now
    delivery.save(update_fields=["state", "attempts", "next_attempt_at"])
    nudge("notifications.tasks.send", delivery.pk)
    return delivery


def _locked(delivery_id: int) -> Delivery:
    """The row without its text: to send it again nobody here needs to read it."""
    return Delivery.objects.select_for_update().defer("body", "address").get(pk=delivery_id)


@transaction.atomic
def give_up(*, delivery_id: int) -> Delivery:
    """Take a failed delivery off the list of failures. Raises CannotRetry when it has not failed."""
    delivery = _locked(delivery_id)
    if delivery.state != State.FAILED:
        raise CannotRetry(_("Only a message that failed can be given up."))
    delivery.state = State.GIVEN_UP
    delivery.save(update_fields=["state"])
    return delivery


def mark_read(*, delivery_id: int, user_id: int, now: datetime) -> bool:
    """Note the first reading of an inbox message; False when the user has no such message."""
    own = Delivery.objects.inbox_of(user_id).filter(pk=delivery_id)
    return bool(own.unread().update(read_at=now)) or own.exists()


def mark_all_read(*, user_id: int, now: datetime) -> int:
    """Note that a user has read everything in the inbox; return how many were unread."""
    return Delivery.objects.inbox_of(user_id).unread().update(read_at=now)


def forget_codes(*, now: datetime) -> int:
    """Remove messages to bare numbers a day after they were written: nobody needs code or number any more."""
    old = Delivery.objects.filter(address__isnull=False, created_at__lt=now - KEEP_CODES)
    return old.delete()[0]
