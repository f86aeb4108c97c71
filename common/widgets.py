"""Form widgets of the house."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe


class LongSelect(forms.Select):
    """A select of hundreds of options, written in one go: Django renders a template for each of them."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Return the same HTML as `forms.Select`, but for blank lines."""
        chosen = set(self.format_value(value))
        lines: list[SafeString] = []
        for code, words in self.choices:
            if isinstance(words, list | tuple):
                lines.append(format_html('<optgroup label="{}">{}</optgroup>', code, _options(words, chosen)))
            else:
                lines.append(_options([(code, words)], chosen))
        given = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", given, mark_safe("".join(lines)))  # noqa: S308, escaped above


def _options(choices: Any, chosen: set[str]) -> SafeString:
    rows = (
        (str(code or ""), mark_safe(" selected") if str(code or "") in chosen else "", words) for code, words in choices
    )
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)
