"""The cache's way to the embedded Redis: starts it at the first connection."""

import logging
from typing import Any

from django_redis.pool import ConnectionFactory

from liaison.embedded.servers import EmbeddedServerError, ensure

log = logging.getLogger(__name__)


class EmbeddedConnectionFactory(ConnectionFactory):
    """django-redis as it is, only that its server starts by itself."""

    def connect(self, url: str) -> Any:
        """Return a client; when Redis does not start, one for which it is down, as it may be anywhere."""
        try:
            ensure(["redis"])
        except EmbeddedServerError as error:
            log.error("%s", error)
        return super().connect(url)
