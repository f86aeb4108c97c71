"""Addresses of the sign-in API, below /api/v1/."""

from django.urls import path

from accounts import api

urlpatterns = [
    path("auth/token/", api.TokenView.as_view(), name="api_token"),
    path("auth/code/", api.CodeView.as_view(), name="api_code"),
    path("auth/code/verify/", api.CodeVerifyView.as_view(), name="api_code_verify"),
    path("auth/me/", api.MeView.as_view(), name="api_me"),
    path("consent-texts/", api.ConsentTextsView.as_view(), name="api_consent_texts"),
    path("challenge/", api.ChallengeView.as_view(), name="api_challenge"),
]
