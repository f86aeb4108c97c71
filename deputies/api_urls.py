"""The deputies' addresses under /api/v1/."""

from django.urls import path

from deputies import api

urlpatterns = [
    path("duty/files/<str:deputy>/", api.DutyFileView.as_view(), name="duty-file"),
    path("duty/files/<str:deputy>/entries/", api.EnterView.as_view(), name="duty-enter"),
    path("duty/queue/", api.Queue.as_view(), name="duty-queue"),
    path("duty/behind/", api.Behind.as_view(), name="duty-behind"),
    path("duty/decisions/<int:id>/<str:action>/", api.DecideView.as_view(), name="duty-decide"),
    path("duty/appeals/<int:id>/rule/", api.RuleView.as_view(), name="duty-rule"),
    path("duty/appeals/<str:what>/<int:id>/", api.AppealView.as_view(), name="duty-appeal"),
    path("public/deputies/<str:deputy>/", api.PublicDeputy.as_view(), name="public-deputy"),
]
