"""The API's addresses."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include("accounts.api_urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    # The script has an address of its own and the style a file, so that the strict CSP holds here too.
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]
