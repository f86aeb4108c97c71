"""Pages of voters. No address holds a code."""

from django.urls import URLPattern, URLResolver, path

from ballots import views

app_name = "ballots"
urlpatterns: list[URLPattern | URLResolver] = [
    path("vote/", views.vote, name="vote"),
    path("vote/done/", views.done, name="done"),
    path("vote/code/<int:number>/", views.ask, name="ask"),
]
