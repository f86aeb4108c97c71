"""A flood of one-time codes from one address is stopped; a crowd behind one address is not."""

from datetime import datetime

from django.http import HttpRequest
from rest_framework.request import Request

from accounts import attempts, passwords

SCOPE = "code_address"
LIMIT = 200  # mobile networks put thousands of telephones behind one address


def too_many_codes(request: HttpRequest | Request, now: datetime) -> bool:
    """Count a request for a code and say whether the caller's address has had too many."""
    here = passwords.address(request)
    return bool(here) and not attempts.attempt(SCOPE, here, now, limit=LIMIT)
