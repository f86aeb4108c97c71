"""Read settings from the environment and fail loudly: each error names the variable and its expected form."""

import json
import os
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
REQUIRED = object()


def _read(name: str, form: str, parse: Callable[[str], T], default: object) -> T:
    raw = os.environ.get(name, "").strip()
    if not raw:
        if default is REQUIRED:
            raise ImproperlyConfigured(f"{name} is not set. Expected: {form}.")
        return default() if callable(default) else default  # type: ignore[return-value]
    try:
        return parse(raw)
    except ValueError as error:
        # The value itself is not repeated: it may be a secret.
        raise ImproperlyConfigured(f"{name} is malformed ({error}). Expected: {form}.") from None


def text(name: str, *, form: str, default: object = REQUIRED, min_length: int = 1) -> str:
    """Return a non-empty string of at least `min_length` characters."""

    def parse(raw: str) -> str:
        if len(raw) < min_length:
            raise ValueError(f"it has {len(raw)} characters")
        return raw

    return _read(name, form, parse, default)


def boolean(name: str, *, default: object = REQUIRED) -> bool:
    """Return True for 1/true/yes/on and False for 0/false/no/off."""

    def parse(raw: str) -> bool:
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"0", "false", "no", "off"}:
            return False
        raise ValueError("it is neither true nor false")

    return _read(name, "true or false", parse, default)


def integer(name: str, *, low: int, high: int, default: object = REQUIRED) -> int:
    """Return a whole number between `low` and `high`, both included."""

    def parse(raw: str) -> int:
        number = int(raw) if re.fullmatch(r"-?\d+", raw) else None
        if number is None or not low <= number <= high:
            raise ValueError("it is not such a number")
        return number

    return _read(name, f"a whole number from {low} to {high}", parse, default)


def number(name: str, *, low: float, high: float, default: object = REQUIRED) -> float:
    """Return a decimal number between `low` and `high`, both included."""

    def parse(raw: str) -> float:
        value = float(raw)
        if not low <= value <= high:
            raise ValueError("it is not such a number")
        return value

    return _read(name, f"a number from {low} to {high}", parse, default)


def choice(name: str, allowed: Sequence[str], *, default: object = REQUIRED) -> str:
    """Return one of `allowed`."""

    def parse(raw: str) -> str:
        if raw not in allowed:
            raise ValueError("it is none of these")
        return raw

    return _read(name, "one of " + ", ".join(allowed), parse, default)


def items(name: str, *, form: str, default: object = REQUIRED, each: str = r"\S+") -> list[str]:
    """Return a list written with commas; every item must match the pattern `each`."""

    def parse(raw: str) -> list[str]:
        found = [item.strip() for item in raw.split(",") if item.strip()]
        for position, item in enumerate(found, 1):
            if not re.fullmatch(each, item):
                raise ValueError(f"item {position} does not fit")
        return found

    return _read(name, form, parse, default)


def json_template(name: str, *, words: Sequence[str], default: object = REQUIRED) -> object:
    """Return parsed JSON in whose text each of `words` occurs."""

    def parse(raw: str) -> object:
        missing = [word for word in words if word not in raw]
        if missing:
            raise ValueError("it lacks " + ", ".join(missing))
        try:
            return json.loads(raw)
        except ValueError:
            raise ValueError("it is not JSON") from None

    return _read(name, "JSON with " + ", ".join(words), parse, default)


def url(name: str, *, schemes: Sequence[str], default: object = REQUIRED) -> str:
    """Return a URL with one of `schemes`."""

    def parse(raw: str) -> str:
        if raw.partition("://")[0] not in schemes or not raw.partition("://")[2]:
            raise ValueError("it is not such a URL")
        return raw

    return _read(name, "a URL starting with " + " or ".join(f"{scheme}://" for scheme in schemes), parse, default)


def parsed(name: str, *, form: str, parse: Callable[[str], T], default: object = REQUIRED) -> T:
    """Return what `parse` makes of the text; its ValueError becomes the message."""
    return _read(name, form, parse, default)
