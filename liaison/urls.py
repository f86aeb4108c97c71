"""Every address of the portal. Each app keeps its own list."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from liaison.views import display, pages
from liaison.views.health import healthz, readyz
from liaison.views.status import figures, status

urlpatterns: list[URLPattern | URLResolver] = [
    # The two with most requests stand first: Django looks through the list from its top.
    path("api/", include("liaison.api_urls")),
    path("desk/", include("desks.urls")),
    path("", include("petitions.urls")),
    path("", include("stations.urls")),
    path("", include("deputies.urls")),
    path("", include("stations.appointment_urls")),
    path("", include("ballots.urls")),
    path("", include("directory.urls")),
    path("", include("appraisals.urls")),
    path("", include("cases.urls")),
    path("insights/", include("insights.urls")),
    path("help/", pages.words, {"page": "help"}, name="help"),
    path("privacy/", pages.words, {"page": "privacy"}, name="privacy"),
    path("accessibility/", pages.words, {"page": "accessibility"}, name="accessibility"),
    path("contact/", pages.words, {"page": "contact"}, name="contact"),
    path("design/", pages.design, name="design"),
    path("offline/", pages.offline, name="offline"),
    path("manifest.webmanifest", pages.manifest, name="manifest"),
    path("sw.js", pages.service_worker, name="service_worker"),
    path("display/", display.change, name="display"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("status/", status, name="status"),
    path("metrics", figures, name="metrics"),
    path("accounts/", include("accounts.urls")),
    path("admin/tools/", include("desks.backoffice.urls")),
    path("admin/", admin.site.urls),
    path("", include("notifications.urls")),
]

handler400 = "liaison.views.errors.bad_request"
handler403 = "liaison.views.errors.permission_denied"
handler404 = "liaison.views.errors.not_found"
handler500 = "liaison.views.errors.server_error"
