"""Counters against guessing, in PostgreSQL: five failures lock for fifteen minutes (MLPS level 3).

Not in the cache: a Redis that is down must open no door. Keys (a user name, a telephone number, an address) are
stored as keyed hashes only.

Where guesses may come in parallel, use `attempt`: it counts *before* the secret is looked at, in one statement,
so that fifty requests at once still get five guesses. `is_locked` and `fail` suit slower doors.

Call these outside a transaction that a refusal would roll back, or the failure is forgotten with it.
"""

from datetime import datetime, timedelta

from django.db import connection

from accounts import crypto
from accounts.models import Attempt

LIMIT = 5
LOCK = timedelta(minutes=15)
# One address may be a whole office or a whole mobile network: only a flood is stopped there.
ADDRESS_LIMIT = 100

# One failure more, from one where the last is older than the lock or a lock is over.
_COUNT = """
INSERT INTO accounts_attempt AS a (scope, key_hash, failures, last_at, locked_until)
VALUES (%(scope)s, %(key)s, 1, %(now)s, CASE WHEN 1 >= %(limit)s THEN %(until)s::timestamptz END)
ON CONFLICT (scope, key_hash) DO UPDATE SET
  failures = CASE WHEN a.last_at <= %(stale)s OR a.locked_until <= %(now)s THEN 1 ELSE a.failures + 1 END,
  locked_until = CASE
    WHEN (CASE WHEN a.last_at <= %(stale)s OR a.locked_until <= %(now)s THEN 1 ELSE a.failures + 1 END)
         >= %(limit)s THEN %(until)s::timestamptz END,
  last_at = %(now)s
WHERE a.locked_until IS NULL OR a.locked_until <= %(now)s
RETURNING a.failures
"""


def key_hash(scope: str, key: str) -> str:
    """Return the keyed hash under which a key is counted in a scope."""
    return crypto.blind_index(key, purpose=f"attempt.{scope}")


def attempt(scope: str, key: str, now: datetime, *, limit: int = LIMIT) -> bool:
    """Count one try and return whether it may be made. Call `clear` when the try succeeds.

    The try that reaches `limit` is still allowed; if it fails too, the lock it set stays.
    """
    parameters: dict[str, str | int | datetime] = {
        "scope": scope,
        "key": key_hash(scope, key),
        "now": now,
        "until": now + LOCK,
        "stale": now - LOCK,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, parameters)
        return cursor.fetchone() is not None


def fail(scope: str, key: str, now: datetime, *, limit: int = LIMIT) -> None:
    """Count one failure; the one that reaches `limit` locks for `LOCK`. A lock is not prolonged by more failures."""
    attempt(scope, key, now, limit=limit)


def is_locked(scope: str, key: str, now: datetime) -> bool:
    """Return whether `key` is locked now in `scope`."""
    return Attempt.objects.filter(scope=scope, key_hash=key_hash(scope, key), locked_until__gt=now).exists()


def clear(scope: str, key: str) -> None:
    """Forget the failures of `key` in `scope`, after a success."""
    Attempt.objects.filter(scope=scope, key_hash=key_hash(scope, key)).delete()
