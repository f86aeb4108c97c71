"""The duty file itself: what journal rows say a deputy did, and the points this came to.

Written by `deputies.actions.records` alone. Each row names the journal entry it follows from; the points of a year can
be recomputed from the journal and the rules (`manage.py recompute_points --check`).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.models.deputy import Deputy
from deputies.models.rules import DutyPart, ScoringRule
from journal.models import Entry


class RecordQuerySet(models.QuerySet["DutyRecord"]):
    def standing(self) -> RecordQuerySet:
        """Those that an appeal has not struck."""
        return self.filter(struck_by=None)


class DutyRecord(models.Model):
    """One fact of duty of one deputy."""

    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="duty_records", db_index=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(ScoringRule, on_delete=models.PROTECT, related_name="records", db_index=False)
    item = models.SlugField(max_length=32, db_index=False)
    part = models.CharField(max_length=12, choices=DutyPart.choices)
    at = models.DateTimeField()
    on = models.DateField()
    year = models.PositiveSmallIntegerField()
    quantity = models.PositiveSmallIntegerField(default=1)
    # Before the cap; what counts of them, `DutyTotal` says.
    points = models.SmallIntegerField()
    # Where it was, as the entry says: the station's number.
    station = models.BigIntegerField(null=True)
    # The journal entry of the ruling that struck it.
    struck_by = models.ForeignKey(Entry, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty record")
        verbose_name_plural = _("duty records")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["entry", "deputy", "item"], name="duty_record_once")]
        indexes = [
            models.Index(fields=["deputy", "-at", "-id"], name="duty_record_of_deputy"),
            models.Index(fields=["on", "deputy", "item"], condition=Q(struck_by=None), name="duty_record_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.item} of {self.deputy_id}"


class DutyTotal(models.Model):
    """What one item came to in one year of one deputy: how often, and the points after the cap."""

    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="duty_totals", db_index=False)
    year = models.PositiveSmallIntegerField()
    item = models.SlugField(max_length=32, db_index=False)
    count = models.PositiveIntegerField()
    points = models.IntegerField()

    class Meta:
        verbose_name = _("duty points of a year")
        verbose_name_plural = _("duty points of a year")
        constraints = [models.UniqueConstraint(fields=["deputy", "year", "item"], name="duty_total_once")]

    def __str__(self) -> str:
        return f"{self.item} {self.year} of {self.deputy_id}"
