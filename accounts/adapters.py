"""How django-allauth behaves in this portal: no public sign-up, counted failures, secrets encrypted at rest."""

import time
from ipaddress import ip_address
from typing import Any, ClassVar, cast

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts import crypto, passwords, second_factor
from accounts.actions import revoke_tokens
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by password: counted in PostgreSQL, the same answer for names that exist and names that do not."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("User name or password is wrong."),
        "enter_current_password": _("This is not your current password."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """The caller's address as it is counted elsewhere; none (a Unix socket, nonsense) is written as 0.0.0.0."""
        try:
            return str(ip_address(passwords.address(request)))
        except ValueError:
            return "0.0.0.0"  # noqa: S104, a mark and no interface

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: staff are created by an administrator, residents by their first verified code."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at; refuse while locked."""
        try:
            passwords.begin(request, credentials.get("username") or "", timezone.now())
        except passwords.Locked as locked:
            raise ValidationError(str(locked), code="locked") from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return the user whose password fits, and forget the failures."""
        user = super().authenticate(request, **credentials)
        if user is not None:
            passwords.succeeded(credentials.get("username") or "")
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the failure against the caller's address too."""
        passwords.failed(request, timezone.now())

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """A new password ends every API token: whoever held one must show the new one."""
        super().set_password(user, password)
        revoke_tokens(user=cast(User, user))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Speak the user's language, unless another was chosen in this browser."""
        response = super().post_login(request, user, **kwargs)
        if isinstance(user, User) and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                user.language,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not within five minutes of signing in here: the first sign-in goes straight on to the second factor."""
        request = context.request
        steps = get_authentication_records(request, request.user)
        fresh = bool(steps) and time.time() - steps[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        return not fresh and super().is_reauthentication_required(app=app, **kwargs)

    def is_safe_url(self, url: str | None) -> bool:
        """Only addresses on this very host: a link in a message must not lead elsewhere after signing in."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )


class MFAAdapter(DefaultMFAAdapter):
    """The second factor's secrets, encrypted with the same rotatable keys as contact details."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong. Wait for the next one the app shows and enter that."),
    }

    def encrypt(self, text: str) -> str:
        """Return `text` as it is stored."""
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` was given."""
        return crypto.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff cannot switch off a factor they must have; an administrator can, when a telephone is lost."""
        return not second_factor.required(authenticator.user)
