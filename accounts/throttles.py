"""Throttles that count in Redis itself: one command, where DRF reads, changes and writes back a list of times."""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import Any

from django_redis import get_redis_connection
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle, SimpleRateThrottle

logger = logging.getLogger(__name__)
COUNT = "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end return n"


@cache
def _count() -> Any:
    return get_redis_connection("default").register_script(COUNT)


class CountingThrottle(SimpleRateThrottle):
    """So many requests in each window of the rate's length. With Redis away nobody is turned off, as before."""

    retry_after: float | None = None
    # Set from `rate` by DRF; None together with it.
    duration: Any
    num_requests: Any

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request and return whether it may pass."""
        if self.rate is None or (key := self.get_cache_key(request, view)) is None:
            return True
        now = time.time()
        window = int(now // self.duration)
        try:
            count = _count()(keys=[f"{key}:{window}"], args=[self.duration])
        except (RedisError, OSError) as error:
            logger.warning("throttle %s does not count: %s", self.scope, type(error).__name__)
            return True
        self.retry_after = (window + 1) * self.duration - now
        return bool(count <= self.num_requests)

    def wait(self) -> float | None:
        """Return the seconds until the next window."""
        return self.retry_after


class ScopedThrottle(ScopedRateThrottle, CountingThrottle):
    """By the view's `throttle_scope` and the caller."""
