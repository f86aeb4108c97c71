from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.utils.translation import gettext_lazy as _

from liaison.celery import app


class LiaisonConfig(AppConfig):
    name = "liaison"
    verbose_name = _("Portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register every task in the web processes too: actions start them by name (common.nudge)."""
        app.autodiscover_tasks(force=True)


class StaticFiles(StaticFilesConfig):
    """Of what the npm packages ship, builds that no page asks for are left out: ECharts has 50 MB of them."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("echarts.esm*", "echarts.simple*", "echarts.js*", "echarts.min.js", "echarts.common.js*", "extension"),
    ]
