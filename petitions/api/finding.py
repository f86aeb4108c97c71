"""What an address names, or 404: whether it is not there or not the caller's to read, nobody is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404

Found = TypeVar("Found")


def or_404(find: Callable[..., Found], *values: Any) -> Found:
    """Return `find(*values)`; raises Http404 for the model's DoesNotExist."""
    try:
        return find(*values)
    except ObjectDoesNotExist:
        raise Http404 from None
