"""Copies the icons that templates use out of bootstrap-icons into one small sprite, static/icons.svg.

The font of that package is 130 KB; the sprite of the few dozen icons used here is a tenth of it, is fetched
once and kept. Run it after using a new icon; tests/liaison/test_design.py fails when one is missing.
"""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.design import STATES

SPRITE = settings.BASE_DIR / "static" / "icons.svg"
USED = re.compile(r"""\{% icon ["']([a-z0-9-]+)["']|icon_name=["']([a-z0-9-]+)["']|icons\.svg[^#"']*#([a-z0-9-]+)""")
LISTED = re.compile(r"""\bLink\("[\w:]+", "([a-z0-9-]+)\"""")  # the entries of a navigation


def used_icons() -> set[str]:
    """Names of all icons that templates, scripts and the state table mention."""
    names = {icon for _, icon in STATES.values()} | {"dot"}
    for path in settings.BASE_DIR.glob("*/**/*.html"):
        if not {"node_modules", "var", ".venv"} & set(path.relative_to(settings.BASE_DIR).parts):
            names |= {next(filter(None, found)) for found in USED.findall(path.read_text("utf-8"))}
    for path in settings.BASE_DIR.glob("*/navigation.py"):
        names |= set(LISTED.findall(path.read_text("utf-8")))
    return names


def symbol(name: str, source: str) -> str:
    """One SVG file as a `<symbol>`: its view box and its shapes."""
    shapes = re.search(r"<svg[^>]*>(.*)</svg>", source, re.S)
    if shapes is None:
        raise CommandError(f"{name}.svg is not an SVG file")
    lines = "".join(line.strip() for line in shapes[1].splitlines())
    return f'<symbol id="{name}" viewBox="0 0 16 16">{lines}</symbol>'


class Command(BaseCommand):
    """`manage.py build_icons`"""

    help = "Writes static/icons.svg from the icons that the templates use."

    def add_arguments(self, parser: Any) -> None:
        """`--from` names the folder with the package's SVG files."""
        default = settings.BASE_DIR / "node_modules" / "bootstrap-icons" / "icons"
        parser.add_argument("--from", dest="folder", type=Path, default=default)

    def handle(self, *args: Any, **options: Any) -> None:
        """Reads, joins, writes; names the icon that the package does not have."""
        symbols = []
        for name in sorted(used_icons()):
            path = options["folder"] / f"{name}.svg"
            if not path.exists():
                raise CommandError(f"bootstrap-icons has no icon named {name}")
            symbols.append(symbol(name, path.read_text("utf-8")))
        SPRITE.write_text('<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n", encoding="utf-8")
        self.stdout.write(f"{len(symbols)} icons, {SPRITE.stat().st_size} bytes")
