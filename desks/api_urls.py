"""What the desks offer to programs, under /api/v1/."""

from django.urls import path

from desks import api, deputy_api

urlpatterns = [
    path("deputies/me/", deputy_api.DeputyDesk.as_view(), name="deputy-desk"),
    path("exports/", api.AskView.as_view(), name="export-ask"),
    path("exports/<int:id>/", api.ExportView.as_view(), name="export"),
    path("exports/<int:id>/file/", api.FileView.as_view(), name="export-file"),
]
