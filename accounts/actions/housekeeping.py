"""What is no longer needed is deleted (PIPL art 19: no longer than necessary)."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from knox.models import AuthToken

from accounts.models import Attempt, OneTimeCode

KEEP = timedelta(days=2)  # codes are counted over a day


def forget_expired(*, now: datetime) -> int:
    """Delete old codes, counters, sessions and tokens; return how many rows. Safe to run at any time, twice too."""
    stale = (
        OneTimeCode.objects.filter(created_at__lt=now - KEEP),
        Attempt.objects.filter(last_at__lt=now - KEEP),
        Session.objects.filter(expire_date__lt=now),
        UserSession.objects.exclude(session_key__in=Session.objects.filter(expire_date__gte=now).values("session_key")),
        AuthToken.objects.filter(expiry__lt=now),
    )
    return sum(rows.delete()[0] for rows in stale)
