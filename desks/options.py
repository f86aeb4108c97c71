"""The options of a select, written once and put down as often as a page has the select: some have hundreds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

# A code with its words, or a group's name with such pairs.
Pairs = Sequence[tuple[str, Any]]


class Options:
    """Options in the language in which they are first asked for."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs

    def html(self, chosen: object = "") -> SafeString:
        """Return the options, the chosen one marked."""
        text, line = self._text, self._lines.get(str(chosen))
        if line:
            text = text.replace(line, line.replace("<option ", "<option selected ", 1), 1)
        return mark_safe(text)  # noqa: S308, every part was escaped

    def __contains__(self, code: object) -> bool:
        """Whether there is an option of this code."""
        return str(code) in self._lines

    @cached_property
    def _text(self) -> str:
        return "".join(self._lines.values())

    @cached_property
    def _lines(self) -> dict[str, str]:
        """Each option's code with its HTML; the group's ends go with its first and last option."""
        found: dict[str, str] = {}
        for group, inner in _grouped(self.pairs):
            lines = {str(code): f'<option value="{escape(code)}">{escape(words)}</option>' for code, words in inner}
            if group and lines:
                first, last = next(iter(lines)), next(reversed(lines))
                lines[first] = format_html('<optgroup label="{}">', group) + lines[first]
                lines[last] += "</optgroup>"
            found |= lines
        return found


def _grouped(pairs: Pairs) -> Iterator[tuple[str, Pairs]]:
    """The pairs as groups; those without one come in a group without a name."""
    plain: list[tuple[str, Any]] = []
    for code, words in pairs:
        if isinstance(words, list | tuple):
            if plain:
                yield "", plain
                plain = []
            yield code, list(words)
        else:
            plain.append((code, words))
    if plain:
        yield "", plain
