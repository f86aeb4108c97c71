"""What staff keep for their own work: saved filters, reply templates, and who watches over a key matter."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.models import Department
from petitions.models import Petition


class SavedFilter(models.Model):
    """A view of the worklist that somebody wants again, as its query."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=500)
    # The view with which this person's workbench opens.
    is_default = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_filter_once"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="saved_filter_one_default"),
        ]

    def __str__(self) -> str:
        return self.name


class ExportState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being written")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


class ExportFormat(models.TextChoices):
    CSV = "csv", _("CSV (text)")
    XLSX = "xlsx", _("XLSX (spreadsheet)")


class Export(models.Model):
    """A file of what somebody saw in the worklist, written in the background. Changed by `desks.exports` only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    query = models.CharField(max_length=500, blank=True)
    format = models.CharField(_("format"), max_length=4, choices=ExportFormat.choices)
    # With name, number and address, where this person may read them.
    personal = models.BooleanField(_("with personal details"), default=False)
    language = models.CharField(max_length=10)
    state = models.CharField(_("state"), max_length=8, choices=ExportState.choices, default=ExportState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    # What the person was allowed to read when it was written, as a digest: with other duties it is theirs no longer.
    scope = models.CharField(max_length=64, blank=True, default="")
    reason = models.CharField(max_length=20, blank=True, default="")
    file = models.FileField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["waiting", "running"]), name="export_unfinished"),
            models.Index(fields=["expires_at"], condition=Q(state="ready"), name="export_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def unfinished(self) -> bool:
        """Whether somebody still waits for it."""
        return self.state in (ExportState.WAITING, ExportState.RUNNING)

    @property
    def percent(self) -> int:
        """How far it is, in percent."""
        return min(99, 100 * self.rows // self.total) if self.unfinished and self.total else 0


class ReplyTemplate(models.Model):
    """Words to begin a reply with. Placeholders in braces are filled in from the matter (`desks.wording`)."""

    name = models.CharField(_("name"), max_length=60)
    text = models.TextField(_("text"))
    # One unit's own, or everybody's.
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class KeySupervision(models.Model):
    """A matter under key supervision (重点督办): by whom, and when it is looked at again (回头看)."""

    petition = models.OneToOneField(Petition, primary_key=True, on_delete=models.PROTECT, related_name="watch")
    supervisor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    look_back_on = models.DateField(_("look back on"))
    looked_back_at = models.DateTimeField(null=True, blank=True)
    finding = models.TextField(blank=True, default="")
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("key supervision")
        verbose_name_plural = _("key supervisions")
        indexes = [models.Index(fields=["look_back_on"], name="watch_by_day")]

    def __str__(self) -> str:
        return f"watch over {self.petition_id}"
