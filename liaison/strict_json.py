"""JSON as RFC 8259 has it and as the database can keep it: nothing that Python's reader lets pass besides."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

MAX_DEPTH = 32  # our deepest body has 4
LARGEST = 2**63 - 1  # what a bigint column holds
STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
# C0 and C1 controls but tab, line feed, carriage return; lone surrogates. Nobody types them.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class NotJSONError(ValueError):
    """The text is not JSON we accept; `str()` is a translated sentence."""


class NotTextError(ValueError):
    """Strings in it hold control characters; `fields` names them with dots."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


def loads(raw: bytes | str) -> Any:
    """Return the value written in `raw`.

    Raises NotJSONError for anything but one JSON value in UTF-8 (NaN, Infinity, a repeated name, a number or
    a nesting out of bounds included), NotTextError when a string holds control characters or half a
    surrogate pair.
    """
    text = _decode(raw)
    if _depth(text) > MAX_DEPTH:
        raise NotJSONError(_("The JSON is nested too deeply."))
    try:
        value = json.loads(
            text, parse_constant=_no_constant, parse_int=_int, parse_float=_float, object_pairs_hook=_object
        )
    except NotJSONError:
        raise
    except json.JSONDecodeError as error:
        sentence = _("The body is not valid JSON (line %(line)d, column %(column)d).")
        raise NotJSONError(sentence % {"line": error.lineno, "column": error.colno}) from None
    except (ValueError, RecursionError):
        raise NotJSONError(_("The body is not valid JSON.")) from None
    if fields := list(_unprintable(value)):
        raise NotTextError(fields)
    return value


def _decode(raw: bytes | str) -> str:
    try:
        return raw.decode("utf-8") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError:
        raise NotJSONError(_("The body is not valid UTF-8.")) from None


def _depth(text: str) -> int:
    """The deepest nesting, counted before the parser recurses into it."""
    deepest = depth = 0
    for bracket in re.findall(r"[\[\]{}]", STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _no_constant(name: str) -> None:
    raise NotJSONError(_("%(name)s is not a JSON number.") % {"name": name})


def _int(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > LARGEST:
        raise NotJSONError(_("The JSON contains a number that is too large."))
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotJSONError(_("The JSON contains a number that is too large."))
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotJSONError(_("The JSON names “%(name)s” twice.") % {"name": UNPRINTABLE.sub("?", name[:60])})
        found[name] = value
    return found


def _unprintable(value: Any, path: str = "") -> Iterator[str]:
    match value:
        case str():
            if UNPRINTABLE.search(value):
                yield path
        case dict():
            for name, inner in value.items():
                own = f"{path}.{name[:60]}".lstrip(".")
                if UNPRINTABLE.search(name):
                    yield UNPRINTABLE.sub("?", own)
                yield from _unprintable(inner, own)
        case list():
            for position, inner in enumerate(value):
                yield from _unprintable(inner, f"{path}.{position}".lstrip("."))
