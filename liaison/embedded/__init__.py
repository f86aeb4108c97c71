"""Embedded PostgreSQL and Redis for a machine with only Python (see servers.py)."""


def database_url() -> str:
    raise NotImplementedError


def redis_url() -> str:
    raise NotImplementedError


def local_secret(name: str) -> str:
    raise NotImplementedError


def is_own(url: str) -> bool:
    return False
