"""What people are told: one row for each event, person and channel, whatever happens to the sending."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import EncryptedTextField
from accounts.models import Contact, Language
from notifications.reasons import sentence


class Channel(models.TextChoices):
    INBOX = "inbox", _("inbox")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")


class State(models.TextChoices):
    """`failed` waits for a person: it is listed to staff, who retry it or give it up."""

    PENDING = "pending", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    GIVEN_UP = "given_up", _("given up")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> DeliveryQuerySet:
        """What has to be sent by `now`, the longest waiting first. Also what a worker died with in its hands:
        while sending, `next_attempt_at` is when its claim runs out.
        """
        return self.filter(state__in=(State.PENDING, State.SENDING), next_attempt_at__lte=now).order_by(
            "next_attempt_at", "id"
        )

    def failed(self) -> DeliveryQuerySet:
        """What could not be sent and waits for a person."""
        return self.filter(state=State.FAILED)

    def inbox_of(self, user_id: int) -> DeliveryQuerySet:
        """The messages in a user's inbox."""
        return self.filter(user_id=user_id, channel=Channel.INBOX, state=State.SENT)

    def unread(self) -> DeliveryQuerySet:
        return self.filter(read_at=None)


class Delivery(models.Model):
    """One message to one person on one channel. In the inbox it is itself the message.

    It goes to a user, to a petition's contact or, for one-time codes and to followers, to a bare telephone number or
    e-mail address (`address`), which is forgotten after a day.
    """

    event = models.CharField(_("event"), max_length=120)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="deliveries",
        verbose_name=_("user"),
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="deliveries",
        verbose_name=_("contact"),
    )
    address = EncryptedTextField(_("address"), null=True, blank=True)  # NULL: encrypted text has no equality
    subject = models.CharField(_("subject"), max_length=200, blank=True, default="")
    # Encrypted: a body may hold a one-time code, and what it tells of a petition concerns nobody else.
    body = EncryptedTextField(_("text"))
    url = models.CharField(_("link"), max_length=300, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, choices=Language.choices, default=Language.CHINESE)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # When to try next; while sending, when the claim runs out; NULL once nothing is left to do.
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    # No use after this instant: a one-time code that has run out is not sent late.
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="delivery_one_recipient",
                condition=(
                    models.Q(user__isnull=False, contact__isnull=True, address__isnull=True)
                    | models.Q(user__isnull=True, contact__isnull=False, address__isnull=True)
                    | models.Q(
                        user__isnull=True,
                        contact__isnull=True,
                        address__isnull=False,
                        channel__in=[Channel.SMS, Channel.EMAIL],
                    )
                ),
            ),
            models.CheckConstraint(
                name="delivery_inbox_needs_user",
                condition=~models.Q(channel=Channel.INBOX) | models.Q(user__isnull=False),
            ),
            models.CheckConstraint(name="delivery_channel", condition=models.Q(channel__in=Channel.values)),
            models.CheckConstraint(name="delivery_state", condition=models.Q(state__in=State.values)),
            models.CheckConstraint(
                name="delivery_sent_at",
                condition=models.Q(state=State.SENT, sent_at__isnull=False)
                | (~models.Q(state=State.SENT) & models.Q(sent_at__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["event", "user", "channel"],
                condition=models.Q(user__isnull=False),
                name="delivery_once_per_user",
            ),
            models.UniqueConstraint(
                fields=["event", "contact", "channel"],
                condition=models.Q(contact__isnull=False),
                name="delivery_once_per_contact",
            ),
            # One event is one code to one telephone: its ciphertext differs each time and cannot be compared.
            models.UniqueConstraint(
                fields=["event", "channel"],
                condition=models.Q(user__isnull=True, contact__isnull=True),
                name="delivery_once_per_event",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=models.Q(state__in=[State.PENDING, State.SENDING]),
                name="delivery_due",
            ),
            models.Index(fields=["-id"], condition=models.Q(state=State.FAILED), name="delivery_failed"),
            models.Index(
                fields=["user", "-created_at", "-id"],
                condition=models.Q(channel=Channel.INBOX),
                name="delivery_inbox",
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def why(self) -> str:
        """Why it could not be sent so far, in a sentence; empty where nothing went wrong."""
        return sentence(self.error)

    @property
    def telephone(self) -> str:
        """Where a text message goes; empty when there is no number (any more)."""
        if self.contact is not None:
            return self.contact.phone
        return self.user.phone if self.user is not None else self.address or ""

    @property
    def mailbox(self) -> str:
        """Where an e-mail goes; a contact has none."""
        if self.user is not None:
            return self.user.email
        return self.address or "" if self.channel == Channel.EMAIL else ""
