"""Pages about messages."""

from django.urls import URLPattern, path

from notifications import views

app_name = "notifications"
urlpatterns: list[URLPattern] = [path("outbox/", views.outbox, name="outbox")]
