"""Passwords checked with a count: five failures lock the name for fifteen minutes, known or not (MLPS level 3)."""

from datetime import datetime

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts import attempts
from accounts.models import User

SCOPE = "password"
ADDRESS_SCOPE = "password_address"


class Locked(Exception):
    """No more passwords are looked at for a while; `str()` is the sentence for the person."""


def locked_sentence() -> str:
    """The same for names that exist and names that do not."""
    return _("Too many failed attempts. Please wait 15 minutes and try again.")


def address(request: HttpRequest | Request) -> str:
    """Return the caller's network address, behind `NUM_PROXIES` trusted proxies; empty on a Unix socket."""
    return BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type]


def key(username: str) -> str:
    """One counter a name, whatever its case."""
    return username.strip().casefold()


def begin(request: HttpRequest, username: str, now: datetime) -> None:
    """Count a try before the password is looked at. Raises `Locked`."""
    here = address(request)
    if here and attempts.is_locked(ADDRESS_SCOPE, here, now):
        raise Locked(locked_sentence())
    if not attempts.attempt(SCOPE, key(username), now):
        raise Locked(locked_sentence())


def succeeded(username: str) -> None:
    """Forget the failures of this name."""
    attempts.clear(SCOPE, key(username))


def failed(request: HttpRequest, now: datetime) -> None:
    """Count the failure against the address too: one machine trying many names is a flood."""
    here = address(request)
    if here:
        attempts.fail(ADDRESS_SCOPE, here, now, limit=attempts.ADDRESS_LIMIT)


def check(request: HttpRequest, *, username: str, password: str, now: datetime) -> User | None:
    """Return the active user, or None. Raises `Locked`."""
    begin(request, username, now)
    user = authenticate(request, username=username, password=password)
    if isinstance(user, User):
        succeeded(username)
        return user
    failed(request, now)
    return None
