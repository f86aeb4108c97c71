"""What is entered into a duty file by people: entries with evidence, and appeals."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.models.deputy import Deputy
from deputies.models.records import DutyRecord

MATTER = "duty_entry"  # this file's matters in the journal


class EntryState(models.TextChoices):
    WAITING = "waiting", _("Waits to be verified")
    VERIFIED = "verified", _("Verified")
    REJECTED = "rejected", _("Rejected")


class DutyEntry(models.Model):
    """Something a deputy did outside the portal, with evidence, that station or commission verify (履职登记)."""

    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="duty_entries", db_index=False)
    item = models.SlugField(_("item"), max_length=32, db_index=False)
    title = models.CharField(_("what it was"), max_length=120)
    text = models.TextField(_("what you did"), blank=True, default="")
    on = models.DateField(_("day"))
    quantity = models.PositiveSmallIntegerField(_("how many"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=EntryState.choices, default=EntryState.WAITING)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name = _("duty entry")
        verbose_name_plural = _("duty entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["deputy", "-id"], name="duty_entry_of_deputy"),
            models.Index(fields=["id"], condition=Q(state="waiting"), name="duty_entry_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                name="duty_entry_rejected_has_reason", condition=~Q(state=EntryState.REJECTED) | ~Q(reason="")
            ),
            models.CheckConstraint(name="duty_entry_some", condition=Q(quantity__range=(1, 100))),
        ]

    def __str__(self) -> str:
        return self.title


class Evidence(models.Model):
    """A cleaned image or PDF that shows it. Served by a view that asks for permission."""

    entry = models.ForeignKey(DutyEntry, on_delete=models.PROTECT, related_name="evidence")
    file = models.FileField(max_length=200)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["entry", "digest"], name="evidence_once")]

    def __str__(self) -> str:
        return f"evidence {self.pk}"


class AppealState(models.TextChoices):
    OPEN = "open", _("Waits for a ruling")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")


class Appeal(models.Model):
    """A deputy objects to a rejection, or to a record in the file; the commission rules."""

    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="duty_appeals")
    entry = models.OneToOneField(DutyEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="appeal")
    record = models.OneToOneField(DutyRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="appeal")
    text = models.TextField(_("why"))
    at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=8, choices=AppealState.choices, default=AppealState.OPEN)
    ruling = models.TextField(_("ruling, with reasons"), blank=True, default="")
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ruled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], condition=Q(state="open"), name="duty_appeal_open")]
        constraints = [
            models.CheckConstraint(
                name="duty_appeal_against_one",
                condition=Q(entry=None, record__isnull=False) | Q(entry__isnull=False, record=None),
            ),
            models.CheckConstraint(
                name="duty_appeal_ruled_with_reasons", condition=Q(state=AppealState.OPEN) | ~Q(ruling="")
            ),
        ]

    def __str__(self) -> str:
        return f"appeal {self.pk}"
