"""Who else has a matter open: kept in Redis for under a minute, never in the database. With Redis away, nobody."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from django_redis import get_redis_connection
from redis.exceptions import RedisError

from accounts.models import User

logger = logging.getLogger(__name__)
KEEP: Final = 50  # seconds; an open page asks every twenty


def others_at(petition_id: int, user: User, now: datetime) -> list[str]:
    """Note that `user` has the matter open, and return the names of who else has; one round trip, no SELECT.

    A colleague's name goes along for these seconds, so that a matter takes no more statements with company.
    """
    key, moment = f"liaison:presence:{petition_id}", now.timestamp()
    try:
        pipe = get_redis_connection("default").pipeline(transaction=False)
        pipe.zadd(key, {f"{user.pk}:{user}": moment})
        pipe.zremrangebyscore(key, "-inf", moment - KEEP)
        pipe.expire(key, KEEP)
        pipe.zrange(key, 0, -1)
        members = pipe.execute()[-1]
    except (RedisError, OSError) as error:
        logger.warning("presence is not known: %s", type(error).__name__)
        return []
    names = {int(number): name for number, _colon, name in (member.decode().partition(":") for member in members)}
    return [name for number, name in sorted(names.items()) if number != user.pk and name]
