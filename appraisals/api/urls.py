"""The duty reports' addresses under /api/v1/."""

from django.urls import path

from appraisals.api import views

urlpatterns = [
    path("duty-reports/", views.Reports.as_view(), name="duty-reports"),
    path("duty-reports/start/", views.Start.as_view(), name="duty-report-start"),
    path("duty-reports/<int:id>/", views.Report.as_view(), name="duty-report"),
    path("duty-reports/<int:id>/actions/<str:action>/", views.Moves.as_view(), name="duty-report-move"),
    path("public/stations/<str:code>/board/", views.Board.as_view(), name="public-board"),
    path("public/duty-reports/", views.PublicReports.as_view(), name="public-duty-reports"),
    path("public/duty-reports/<int:id>/", views.PublicReport.as_view(), name="public-duty-report"),
]
