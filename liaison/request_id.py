"""The number of the request in hand: in the answer, in the problem document, on every log line."""

from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Return the number of the request in hand; empty outside of one (a command, a task)."""
    return _current.get()


def set_request_id(identifier: str) -> None:
    """Name the request in hand; empty ends it."""
    _current.set(identifier)
