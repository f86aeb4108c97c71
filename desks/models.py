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
