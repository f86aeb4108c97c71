from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BallotsConfig(AppConfig):
    name = "ballots"
    verbose_name = _("Secret ballots")
    default_auto_field = "django.db.models.BigAutoField"
