"""What the security administrator undoes: a lock-out, and whatever somebody has open."""

from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts import attempts
from accounts.actions.tokens import revoke_tokens
from accounts.models import User
from accounts.queries import lock_keys


@transaction.atomic
def lift_lockout(*, user: User) -> None:
    """Forget the failures counted against an account, of password and second factor alike."""
    for scope, key in lock_keys(user):
        attempts.clear(scope, key)


@transaction.atomic
def end_sessions(*, user: User) -> int:
    """End every session and API token of a user; return how many sessions there were."""
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    revoke_tokens(user=user)
    return len(sessions)
