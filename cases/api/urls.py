"""The cases' addresses under /api/v1/."""

from django.urls import path

from cases.api import views

urlpatterns = [
    path("case-rounds/", views.Rounds.as_view(), name="case-rounds"),
    path("case-rounds/open/", views.OpenRound.as_view(), name="case-round-open"),
    path("case-rounds/<int:id>/", views.OneRound.as_view(), name="case-round"),
    path("case-rounds/<int:id>/actions/<str:action>/", views.Moves.as_view(), name="case-round-move"),
    path("public/cases/", views.PublicCases.as_view(), name="public-cases"),
    path("public/cases/<int:id>/", views.PublicCase.as_view(), name="public-case"),
]
