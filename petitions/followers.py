"""Who follows a published petition of somebody else's: an address, confirmed by a code, that is told of turns."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedTextField
from accounts.models import Language
from notifications.models import Channel


class FollowerQuerySet(models.QuerySet["Follower"]):
    def confirmed(self) -> FollowerQuerySet:
        """Those who have entered the code that went to their address."""
        return self.filter(confirmed_at__isnull=False)


class Follower(models.Model):
    """An address that follows one petition. Nothing else is known of the person, and it can be stopped at any time."""

    petition = models.ForeignKey("petitions.Petition", on_delete=models.CASCADE, related_name="followers")
    channel = models.CharField(
        max_length=8, choices=[(each.value, each.label) for each in (Channel.EMAIL, Channel.SMS)]
    )
    address = EncryptedTextField()
    # A telephone number has the same index as a user's: those who sign in with it find what they follow.
    address_index = models.CharField(max_length=64)
    language = models.CharField(max_length=10, choices=Language.choices, default=Language.CHINESE)
    stop_code = models.CharField(max_length=16, unique=True)
    code_hash = models.CharField(max_length=64, blank=True, default="")
    code_expires_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = FollowerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["petition", "address_index"], name="follower_once_per_petition"),
            models.CheckConstraint(name="follower_channel", condition=Q(channel__in=[Channel.EMAIL, Channel.SMS])),
        ]
        indexes = [
            models.Index(fields=["address_index"], name="follower_address"),
            models.Index(fields=["created_at"], condition=Q(confirmed_at__isnull=True), name="follower_unconfirmed"),
        ]

    def __str__(self) -> str:
        return f"follower {self.pk}"
