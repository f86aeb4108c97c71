"""How a person likes to read: theme, text size, elder mode. Kept in a cookie, applied by the server.

No script and no account is needed, and no table is read: the cookie is three short values, each checked
against what is allowed; whatever else it holds is ignored.
Elder mode follows the MIIT rules (DOMAIN.md, "Privacy, security, access"): text of 18 px or more, up to 30.
"""

from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest

COOKIE: Final = "display"
COOKIE_SECONDS: Final = 365 * 24 * 3600
THEMES: Final = ("auto", "light", "dark")
# Pixels of the body text; static/css/tokens.css has one rule for each.
SIZES: Final = (17, 18, 20, 22, 24, 27, 30)
ELDER_SIZES: Final = SIZES[1:]
DEFAULT_SIZE: Final = 17
ELDER_SIZE: Final = 20


@dataclass(frozen=True)
class Display:
    """What the person chose. `text` 0 means "not chosen": the size that goes with the mode."""

    theme: str = "auto"
    elder: bool = False
    text: int = 0

    @property
    def size(self) -> int:
        """The body text in pixels; never under 18 in elder mode."""
        return self.text or (ELDER_SIZE if self.elder else DEFAULT_SIZE)

    @property
    def larger(self) -> int | None:
        """The next larger size, or None at the end of the scale."""
        return next((size for size in SIZES if size > self.size), None)

    @property
    def smaller(self) -> int | None:
        """The next smaller size allowed in this mode, or None at the end of the scale."""
        allowed = ELDER_SIZES if self.elder else SIZES
        return next((size for size in reversed(allowed) if size < self.size), None)

    def changed(self, name: str, value: str) -> "Display":
        """This display with one setting changed; an unknown name or value changes nothing."""
        if name == "theme" and value in THEMES:
            return replace(self, theme=value)
        if name == "elder" and value in ("0", "1"):
            return replace(self, elder=value == "1", text=0)
        if name == "text" and value.isascii() and value.isdigit() and int(value) in SIZES:
            return replace(self, text=max(int(value), ELDER_SIZES[0]) if self.elder else int(value))
        return self

    def cookie(self) -> str:
        """The value kept in the cookie, such as `theme=dark&elder=1&text=24`."""
        return f"theme={self.theme}&elder={int(self.elder)}&text={self.text}"


def read(cookie: str) -> Display:
    """The display a cookie describes; the default for whatever is missing, unknown or malformed."""
    chosen = Display()
    for pair in cookie[:100].split("&"):
        name, _, value = pair.partition("=")
        chosen = chosen.changed(name, value)
    return chosen


def of(request: HttpRequest) -> Display:
    """The display this request asks for."""
    return read(request.COOKIES.get(COOKIE, ""))


def context(request: HttpRequest) -> dict[str, Display]:
    """Context processor: `display` in every template."""
    return {"display": of(request)}
