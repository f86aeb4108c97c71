"""Signing in to the API by token."""

from __future__ import annotations

from typing import Any

import knox.auth
from django.utils import timezone
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme


class TokenAuthentication(knox.auth.TokenAuthentication):
    """Knox's, without looking through all of the user's tokens at each request: those that have expired open
    nothing, and a task removes them (`accounts.tasks.forget_expired`)."""

    def _cleanup_token(self, auth_token: Any) -> bool:
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


class TokenScheme(KnoxTokenScheme):
    """How the schema tells of it."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "knoxApiToken"
