"""Start the embedded servers at the first connection, so that any command works with nothing running."""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from django.db.utils import OperationalError

from liaison.embedded.places import is_own
from liaison.embedded.servers import EmbeddedServerError, ensure


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL as Django has it, only that it starts by itself."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection once the server answers; raises OperationalError with the reason if not."""
        try:
            ensure(["postgres", "redis"] if is_own(settings.REDIS_URL) else ["postgres"])
        except EmbeddedServerError as error:
            raise OperationalError(str(error)) from error
        return super().get_new_connection(conn_params)
