"""Access to one petition without an account: a short-lived signed token, sent as `Authorization: Bearer …`.

It names the petition's number in the database and nothing else: no telephone number, no name, no reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from petitions.models import Petition

SALT = "petitions.access"


@dataclass(frozen=True)
class Access:
    """What a valid token opens: one petition, as its petitioner."""

    petition_id: int


def issue(petition: Petition) -> str:
    """Return a token for this petition, valid for ACCESS_TOKEN_SECONDS."""
    return signing.dumps(petition.pk, salt=SALT)


def read(token: str) -> Access:
    """Return what a token opens. Raises AuthenticationFailed when it is forged or has expired."""
    try:
        return Access(int(signing.loads(token, salt=SALT, max_age=settings.ACCESS_TOKEN_SECONDS)))
    except signing.SignatureExpired:
        raise exceptions.AuthenticationFailed(
            _("This access has expired. Please look the petition up again.")
        ) from None
    except (signing.BadSignature, ValueError, TypeError):
        raise exceptions.AuthenticationFailed(_("This access token is not valid.")) from None


class AccessAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access>`: the petitioner of one petition, without an account."""

    def authenticate(self, request: Request) -> tuple[Any, Access] | None:
        """Return an anonymous user with the access as `request.auth`, or None without such a header."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise exceptions.AuthenticationFailed(_("This access token is not valid."))
        return AnonymousUser(), read(parts[1].decode("latin-1"))

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return "Bearer"


class AccessScheme(OpenApiAuthenticationExtension):
    """How the schema tells of it."""

    target_class = AccessAuthentication
    name = "access"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer", "description": "`access` of one petition"}
