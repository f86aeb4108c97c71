"""Statistics for the staff."""

from django.urls import URLPattern, URLResolver, path

from insights import views

app_name = "insights"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("<slug:name>.csv", views.table, name="table"),
]
