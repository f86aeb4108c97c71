"""Somebody at a desk, and a station with what a reception needs."""

from tests.desks.conftest import _plain_static, sit  # noqa: F401
