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


def others_at(petition_id: int, user: User, now: datetime) -> list[User]:
    """Note that `user` has the matter open, and return who else has; one round trip, and one SELECT for their names."""
    key, moment = f"liaison:presence:{petition_id}", now.timestamp()
    try:
        pipe = get_redis_connection("default").pipeline(transaction=False)
        pipe.zadd(key, {str(user.pk): moment})
        pipe.zremrangebyscore(key, "-inf", moment - KEEP)
        pipe.expire(key, KEEP)
        pipe.zrange(key, 0, -1)
        members = pipe.execute()[-1]
    except (RedisError, OSError) as error:
        logger.warning("presence is not known: %s", type(error).__name__)
        return []
    others = {int(member) for member in members} - {user.pk}
    return list(User.objects.filter(pk__in=others).defer("phone").order_by("pk")) if others else []
