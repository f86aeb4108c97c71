"""Reads other apps may ask for."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from rest_framework.request import Request

from accounts import attempts, passwords, second_factor
from accounts.models import Attempt, ConsentText, User

FRESH_SECONDS = 60  # a new version is in use everywhere within a minute of being entered


@dataclass(frozen=True)
class Text:
    """One consent text in force."""

    kind: str
    version: str
    body_zh: str
    body_en: str
    in_force_from: datetime

    @property
    def body(self) -> str:
        """The text in the language of the reader."""
        return self.body_zh if (get_language() or "zh").startswith("zh") else self.body_en


@dataclass(frozen=True)
class ConsentTexts:
    """The texts in force, and the version that names them together: the newest among them."""

    version: str
    texts: dict[str, Text]


_cache: tuple[float, list[Text]] | None = None


def consent_texts(*, now: datetime | None = None) -> ConsentTexts:
    """Return the consent texts in force at `now`. No SQL while the copy in this process is younger than a minute."""
    global _cache
    if _cache is None or time.monotonic() - _cache[0] > FRESH_SECONDS:
        columns = ("kind", "version", "body_zh", "body_en", "in_force_from")
        rows = ConsentText.objects.order_by("in_force_from", "pk").values_list(*columns)
        _cache = (time.monotonic(), [Text(*row) for row in rows])
    at = now or timezone.now()
    in_force = [text for text in _cache[1] if text.in_force_from <= at]
    return ConsentTexts(version=in_force[-1].version if in_force else "", texts={text.kind: text for text in in_force})


def forget_consent_texts() -> None:
    """Drop this process's copy, after a text was entered."""
    global _cache
    _cache = None


@dataclass(frozen=True)
class Locked:
    """An account that is locked, until when, and by what: "password" or "totp"."""

    user: User
    until: datetime
    scope: str


def locked_accounts(now: datetime) -> tuple[list[Locked], int]:
    """Return the accounts locked now, the longest first, and how many names without an account are locked too.

    Counters know names by keyed hash only (`attempts`): each staff account's hash is looked up among the few locks.
    """
    locks = {
        (row.scope, row.key_hash): row.locked_until
        for row in Attempt.objects.filter(scope__in=[passwords.SCOPE, second_factor.SCOPE], locked_until__gt=now)
    }
    if not locks:
        return [], 0
    found = [
        Locked(user, until, scope)
        for user in _with_password()
        for scope, key in lock_keys(user)
        if (until := locks.pop((scope, attempts.key_hash(scope, key)), None)) is not None
    ]
    return sorted(found, key=lambda locked: locked.until, reverse=True), len(locks)


def lock_keys(user: User) -> list[tuple[str, str]]:
    """The counters under which an account can be locked."""
    return [(passwords.SCOPE, passwords.key(user.username)), (second_factor.SCOPE, str(user.pk))]


def _with_password() -> Iterable[User]:
    return User.objects.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).defer("phone").order_by("pk").iterator()


def open_sessions(now: datetime) -> QuerySet[UserSession]:
    """Return the sessions of those who sign in by password that are still open, the newest first."""
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    found = UserSession.objects.filter(session_key__in=alive).exclude(
        user__password__startswith=UNUSABLE_PASSWORD_PREFIX
    )
    return found.select_related("user").defer("user__phone").order_by("-created_at")


def me(request: HttpRequest | Request) -> User:
    """Return the signed-in user of a view that its guard or its permission class closes to everybody else."""
    return cast(User, request.user)
