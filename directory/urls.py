"""What maps are drawn on."""

from django.urls import URLPattern, URLResolver, path

from directory import views

app_name = "directory"
urlpatterns: list[URLPattern | URLResolver] = [path("map/outlines.json", views.map_outlines, name="outlines")]
