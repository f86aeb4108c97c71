"""Addresses that do not change, looked up once: a page of the desks asks for fifty of them."""

from __future__ import annotations

from functools import lru_cache

from django.urls import get_script_prefix, reverse


def address_of(name: str) -> str:
    """Return the address of a page that takes no arguments, as `reverse` does; raises NoReverseMatch."""
    return _address_of(name, get_script_prefix())


@lru_cache(maxsize=512)
def _address_of(name: str, prefix: str) -> str:
    return reverse(name)
