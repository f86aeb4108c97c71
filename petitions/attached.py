"""Files of a petition and of the answers to it: the table, offered by `petitions.models`; who reads: `reading`."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.models import Reply


class Attachment(models.Model):
    """A cleaned image or PDF. Served by a view that asks for permission, never by its path."""

    petition = models.ForeignKey("petitions.Petition", on_delete=models.PROTECT, related_name="attachments")
    reply = models.ForeignKey(Reply, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(max_length=200)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    by_resident = models.BooleanField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    # Comes with an answer that the station has not passed on: whoever reads that answer reads the file, nobody else.
    # Without a reply it was taken off a draft; nobody reads it, and `forget_files` removes it.
    withheld = models.BooleanField(default=False, db_default=False)
    # Taken off an answer that was sent back: it stays with what was sent back, and does not come with the next.
    taken_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]
        constraints = [
            # What comes with an answer is its unit's: neither another unit nor the resident is to notice, or to lose,
            # the same file.
            models.UniqueConstraint(
                fields=["petition", "digest"], condition=Q(reply=None, withheld=False), name="attachment_own_once"
            ),
            models.UniqueConstraint(
                fields=["reply", "digest"], condition=Q(reply__isnull=False), name="attachment_answer_once"
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(withheld=True), name="attachment_withheld")]

    def __str__(self) -> str:
        return f"attachment {self.pk}"
