"""The cache's way to the embedded Redis: starts it at the first connection."""

from typing import Any

from django_redis.pool import ConnectionFactory

from liaison.embedded.servers import EmbeddedServerError, ensure


class EmbeddedConnectionFactory(ConnectionFactory):
    """django-redis as it is, only that its server starts by itself."""

    def connect(self, url: str) -> Any:
        """Return a client; when Redis does not start, one that fails as with any Redis that is down."""
        try:
            ensure(["redis"])
        except EmbeddedServerError as error:
            raise ConnectionError(str(error)) from error
        return super().connect(url)
