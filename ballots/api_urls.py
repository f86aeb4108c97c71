"""The ballots' addresses under /api/v1/. None holds a code."""

from django.urls import path

from ballots import api

urlpatterns = [
    path("votes/paper/", api.PaperView.as_view(), name="vote-paper"),
    path("votes/cast/", api.VoteView.as_view(), name="vote-cast"),
    path("votes/<int:id>/code/", api.AskView.as_view(), name="vote-code"),
]
