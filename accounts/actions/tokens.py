"""API tokens: stored hashed by knox, with an end, for programs and the smoke walk."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from knox.models import AuthToken

from accounts import passwords, second_factor
from accounts.models import User
from accounts.refusals import Refused


class CannotIssueToken(Refused):
    """Name, password and code do not open an account. `locked` says that no more are looked at for a while."""

    def __init__(self, sentence: str, *, field: str = "", locked: bool = False) -> None:
        super().__init__(sentence, field=field)
        self.locked = locked


@transaction.atomic
def issue_token(*, user: User) -> tuple[str, datetime | None]:
    """Return a new token for `user` (shown once) and when it ends (`REST_KNOX["TOKEN_TTL"]`)."""
    record, token = AuthToken.objects.create(user)
    return token, record.expiry


@transaction.atomic
def revoke_tokens(*, user: User) -> int:
    """End every API token of `user`; return how many there were."""
    return AuthToken.objects.filter(user=user).delete()[0]


@transaction.atomic
def reset_second_factor(*, user: User) -> None:
    """Remove authenticator app and recovery codes, for a lost telephone; API tokens end with them.

    Sessions already open stay open, with the mark of the second factor they have shown: whoever fears that the
    telephone is in wrong hands sets a new password too, which ends them.
    """
    Authenticator.objects.filter(user=user).delete()
    revoke_tokens(user=user)


def sign_in_for_token(
    *, request: HttpRequest, username: str, password: str, code: str, now: datetime
) -> tuple[str, datetime | None]:
    """Check password and second factor and return a token. Raises `CannotIssueToken`.

    Not atomic as a whole: a counted failure must outlive the refusal.
    """
    try:
        user = passwords.check(request, username=username, password=password, now=now)
    except passwords.Locked as locked:
        raise CannotIssueToken(str(locked), locked=True) from None
    if user is None:
        raise CannotIssueToken(_("User name, password or code is wrong."))
    if second_factor.is_set_up(user):
        _check_code(user, code, now)
    elif settings.STAFF_TOTP_REQUIRED:
        sentence = _("Sign in on the web page first and set up the second factor.")
        raise CannotIssueToken(sentence, field="second_factor")
    return issue_token(user=user)


def _check_code(user: User, code: str, now: datetime) -> None:
    try:
        passed = second_factor.verify(user, code, now)
    except second_factor.Locked as locked:
        raise CannotIssueToken(str(locked), locked=True) from None
    if passed is None:
        # The same sentence as for a wrong password: it does not tell which of the two was right.
        raise CannotIssueToken(_("User name, password or code is wrong."))
