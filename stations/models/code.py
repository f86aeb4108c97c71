"""QR codes (民意二维码) with their counts, and calendar links with a secret address."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.models import Deputy
from stations.models.station import Station


class OpinionCode(models.Model):
    """One QR code: a short address that opens the submit page addressed to a station or a deputy."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    station = models.OneToOneField(
        Station, null=True, blank=True, on_delete=models.PROTECT, related_name="opinion_code"
    )
    deputy = models.OneToOneField(Deputy, null=True, blank=True, on_delete=models.PROTECT, related_name="opinion_code")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("QR code")
        verbose_name_plural = _("QR codes")
        constraints = [
            models.CheckConstraint(
                name="opinion_code_of_one",
                condition=Q(station__isnull=False, deputy__isnull=True) | Q(station__isnull=True, deputy__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def target(self) -> Station | Deputy:
        """The station or deputy that the code leads to."""
        found = self.station or self.deputy
        assert found is not None
        return found


class CodeScans(models.Model):
    """How often a code was scanned on a day. A number and nothing else: no visitor, no device, no time of day."""

    code = models.ForeignKey(OpinionCode, on_delete=models.CASCADE, related_name="scans", db_index=False)
    day = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("scans of a day")
        verbose_name_plural = _("scans of a day")
        constraints = [models.UniqueConstraint(fields=["code", "day"], name="scans_once_a_day")]

    def __str__(self) -> str:
        return f"{self.code_id} {self.day}: {self.number}"


class CalendarLink(models.Model):
    """A deputy's own calendar under a secret address; only a digest of the secret is kept."""

    deputy = models.ForeignKey(Deputy, on_delete=models.CASCADE, related_name="calendar_links")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        constraints = [
            models.UniqueConstraint(
                fields=["deputy"], condition=Q(revoked_at__isnull=True), name="calendar_link_one_in_use"
            )
        ]

    def __str__(self) -> str:
        return f"calendar of {self.deputy_id}"
