"""Pages of duty reports, and the notice board of a station."""

from django.urls import URLPattern, URLResolver, path

from appraisals.views import board, desk, public

app_name = "appraisals"
urlpatterns: list[URLPattern | URLResolver] = [
    path("duty-reports/", public.reports, name="reports"),
    path("duty-reports/<int:number>/", public.report, name="report"),
    path("stations/<slug:code>/board/", board.screen, name="board"),
    path("stations/<slug:code>/board/print/", board.paper, name="board_paper"),
    path("deputies/<slug:code>/portrait/", board.portrait, name="portrait"),
    path("desk/duty-reports/", desk.reports, name="desk_reports"),
    path("desk/duty-reports/start/", desk.start, name="start"),
    path("desk/duty-reports/<int:number>/", desk.report, name="desk_report"),
    path("desk/duty-reports/<int:number>/<slug:name>/", desk.move, name="move"),
]
