"""Statistics under /api/v1/."""

from django.urls import path

from insights.api import InsightsView

urlpatterns = [path("insights/", InsightsView.as_view(), name="insights")]
