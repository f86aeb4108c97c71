"""Pages of outstanding cases."""

from django.urls import URLPattern, URLResolver, path

from cases.views import desk, public

app_name = "cases"
urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/", public.cases, name="cases"),
    path("cases/<int:number>/", public.case, name="case"),
    path("cases/rounds/<int:number>/", public.round_, name="round"),
    path("desk/cases/", desk.rounds, name="desk_rounds"),
    path("desk/cases/<int:number>/", desk.round_, name="desk_round"),
    path("desk/cases/<int:number>/<slug:name>/", desk.move, name="move"),
]
