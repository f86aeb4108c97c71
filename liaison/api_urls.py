"""The API's addresses."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from liaison import api_deliveries

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include("petitions.api.urls")),
    path("v1/", include("accounts.api_urls")),
    path("v1/", include("notifications.api_urls")),
    path("v1/", include("stations.appointment_api_urls")),
    path("v1/", include("deputies.api_urls")),
    path("v1/", include("insights.api_urls")),
    path("v1/", include("desks.api_urls")),
    path("v1/", include("ballots.api_urls")),
    path("v1/", include("appraisals.api.urls")),
    path("v1/", include("cases.api.urls")),
    path("v1/deliveries/", api_deliveries.FailedDeliveries.as_view(), name="deliveries"),
    path("v1/deliveries/<int:id>/retry/", api_deliveries.Retry.as_view(), name="delivery-retry"),
    path("v1/deliveries/<int:id>/give-up/", api_deliveries.GiveUp.as_view(), name="delivery-give-up"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    # The script has an address of its own and the style a file, so that the strict CSP holds here too.
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]
