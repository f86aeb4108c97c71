"""Pages of stations."""

from django.urls import URLPattern, URLResolver, path

from stations import views

app_name = "stations"
urlpatterns: list[URLPattern | URLResolver] = [path("stations/", views.stations, name="list")]
