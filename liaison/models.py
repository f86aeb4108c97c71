"""What the project itself remembers: when each queue last had a worker."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """The last sign of life of a queue's worker.

    In PostgreSQL and not in Redis, so that it outlives a restart of Redis, and so that it proves that the
    worker reaches the database as well as the queue.
    """

    queue = models.CharField(_("queue"), max_length=40, primary_key=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.queue
