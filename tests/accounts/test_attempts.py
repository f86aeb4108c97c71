from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from accounts import attempts
from accounts.models import Attempt

pytestmark = pytest.mark.django_db
LOCKED_FOR = timedelta(minutes=15)


def test_five_failures_lock_for_fifteen_minutes(now):
    for _ in range(4):
        attempts.fail("door", "key", now)
    assert not attempts.is_locked("door", "key", now)
    attempts.fail("door", "key", now)
    assert attempts.is_locked("door", "key", now)
    assert attempts.is_locked("door", "key", now + LOCKED_FOR - timedelta(seconds=1))
    assert not attempts.is_locked("door", "key", now + LOCKED_FOR)


def test_a_lock_is_not_prolonged_by_knocking(now):
    for second in range(200):
        attempts.fail("door", "key", now + timedelta(seconds=second))
    assert not attempts.is_locked("door", "key", now + LOCKED_FOR + timedelta(seconds=5))


def test_after_the_lock_counting_starts_anew(now):
    for _ in range(5):
        attempts.fail("door", "key", now)
    later = now + LOCKED_FOR
    assert [attempts.attempt("door", "key", later) for _ in range(6)] == [True] * 5 + [False]


def test_old_failures_are_forgotten(now):
    for _ in range(4):
        attempts.fail("door", "key", now)
    attempts.fail("door", "key", now + LOCKED_FOR)
    assert Attempt.objects.get().failures == 1


def test_success_clears_and_keys_are_apart(now):
    for _ in range(5):
        attempts.fail("door", "key", now)
    assert attempts.attempt("door", "other", now)
    assert attempts.attempt("window", "key", now)
    attempts.clear("door", "key")
    assert not attempts.is_locked("door", "key", now)


def test_a_count_is_one_statement_and_stores_no_key(now, django_assert_num_queries):
    with django_assert_num_queries(1):
        attempts.fail("door", "13800138000", now)
    assert "13800138000" not in Attempt.objects.get().key_hash


def test_twenty_guesses_at_once_are_five(now):
    def apart(work):
        """In a connection of its own, which commits: the test's transaction would not be seen by the others."""
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        try:
            tries = [lambda: attempts.attempt("door", "at once", now)] * 20
            assert sum(pool.map(apart, tries)) == 5
        finally:
            pool.submit(apart, lambda: attempts.clear("door", "at once")).result()
