"""Addresses below /api/v1/."""

from django.urls import URLPattern, path

from notifications import api

urlpatterns: list[URLPattern] = [
    path("inbox/", api.Inbox.as_view(), name="inbox"),
    path("inbox/<int:id>/read/", api.MarkRead.as_view(), name="inbox-read"),
]
