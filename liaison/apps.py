from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from liaison.celery import app


class LiaisonConfig(AppConfig):
    name = "liaison"
    verbose_name = _("Portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register every task in the web processes too: actions start them by name (common.nudge)."""
        app.autodiscover_tasks(force=True)
