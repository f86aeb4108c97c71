"""A deputy who follows a matter (认领): the table, offered by `petitions.models`; see `claimable` for what may be."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.models import Deputy


class Claim(models.Model):
    """One deputy follows one matter: reads it from then on, urges, asks for supervision; handles nothing."""

    petition = models.ForeignKey("petitions.Petition", on_delete=models.PROTECT, related_name="claims", db_index=False)
    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="claims", db_index=False)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("claim of a matter")
        verbose_name_plural = _("claims of matters")
        constraints = [
            models.UniqueConstraint(fields=["petition"], condition=Q(ended_at=None), name="claim_one_at_a_time"),
            models.CheckConstraint(name="claim_ended_has_reason", condition=Q(ended_at=None) | ~Q(reason="")),
        ]
        indexes = [
            models.Index(fields=["deputy", "petition"], condition=Q(ended_at=None), name="claim_of_deputy"),
            models.Index(fields=["petition"], name="claim_of_petition"),
        ]

    def __str__(self) -> str:
        return f"claim of {self.petition_id} by {self.deputy_id}"
