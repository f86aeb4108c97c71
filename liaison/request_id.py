"""The number of the request in hand: in the answer, in the problem document, on every log line.

A task has one as well (its own), and both may have a petition: its reference, or in a task its number.
"""

from contextvars import ContextVar

# Also on the request (as no header can be called): Django writes its line of a refusal when all middleware is done.
REQUEST_KEY, PETITION_KEY = "liaison.request_id", "liaison.petition"

_current: ContextVar[str] = ContextVar("request_id", default="")
_petition: ContextVar[str] = ContextVar("petition", default="")


def current_request_id() -> str:
    """Return the number of the request in hand; empty outside of one (a command)."""
    return _current.get()


def current_petition() -> str:
    """Return which petition is in hand; empty for none."""
    return _petition.get()


def set_petition(reference: str) -> None:
    """Say which petition is in hand; empty ends it."""
    _petition.set(reference)


def set_request_id(identifier: str) -> None:
    """Name the request in hand; empty ends it."""
    _current.set(identifier)
