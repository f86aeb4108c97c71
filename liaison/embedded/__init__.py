"""Embedded PostgreSQL and Redis, for a machine with only Python.

`places` says where everything lies, `local_keys` keeps this machine's keys, `servers` starts what is missing,
and `keeper` is the small process that owns a server and stops it once nobody uses it. Reading the settings
starts nothing: the first connection does (`backend`, `cache`).
"""

from liaison.embedded.local_keys import local_secret
from liaison.embedded.places import database_url, is_own, redis_url
from liaison.embedded.servers import EmbeddedServerError, ensure, leave

__all__ = ["EmbeddedServerError", "database_url", "ensure", "is_own", "leave", "local_secret", "redis_url"]
