"""Signing in to the API by token."""

from __future__ import annotations

from hmac import compare_digest
from typing import Any

import knox.auth
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.crypto import hash_token
from knox.models import AuthToken
from knox.settings import CONSTANTS, knox_settings
from rest_framework.exceptions import AuthenticationFailed

from common.prepared import Prepared

TOKENS = Prepared(lambda start: AuthToken.objects.filter(token_key=start).select_related("user"), str)


class TokenAuthentication(knox.auth.TokenAuthentication):
    """Knox's, without looking through all of the user's tokens at each request: those that have expired open
    nothing, and a task removes them (`accounts.tasks.forget_expired`). Its SQL is kept."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        """Return the user and the token. Raises AuthenticationFailed for one unknown, expired or of somebody gone."""
        try:
            text = token.decode()
            digest = hash_token(text)
        except (UnicodeDecodeError, ValueError, TypeError):
            raise AuthenticationFailed(_("Invalid token.")) from None
        for known in TOKENS.rows(text[: CONSTANTS.TOKEN_KEY_LENGTH]):
            if compare_digest(digest, known.digest) and not self._cleanup_token(known):
                if knox_settings.AUTO_REFRESH and known.expiry:
                    self.renew_token(known)
                found: tuple[Any, Any] = self.validate_user(known)
                return found
        raise AuthenticationFailed(_("Invalid token."))

    def _cleanup_token(self, auth_token: Any) -> bool:
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


class TokenScheme(KnoxTokenScheme):
    """How the schema tells of it."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "knoxApiToken"
