"""The card a resident keeps: reference and QR code as one picture. No name, no number, nothing of the text."""

from __future__ import annotations

import io
from typing import Final

import segno
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from common.paper import FONT

WIDTH, MARGIN, BAND = 900, 60, 150
INK, MAST, ACCENT, PAPER, QUIET = "#17262f", "#12303d", "#b5391f", "#ffffff", "#4a5961"
QR_SIDE: Final = 460
HEIGHT: Final = BAND + 190 + QR_SIDE + 210


def draw(*, reference: str, address: str, shown: str, date: str) -> bytes:
    """Return a PNG: `address` is what the QR code holds, `shown` the address in words."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, WIDTH, BAND), fill=MAST)
    pen.rectangle((0, 0, WIDTH, 10), fill=ACCENT)
    pen.text((MARGIN, 46), _("Deputies’ liaison portal"), font=_font(46), fill=PAPER)
    pen.text((MARGIN, BAND + 30), _("Your reference"), font=_font(30), fill=QUIET)
    pen.text((MARGIN, BAND + 72), reference, font=_font(76), fill=INK)
    code = _code(address)
    picture.paste(code, ((WIDTH - code.width) // 2, BAND + 190))
    low = BAND + 190 + QR_SIDE + 24
    for line in (shown, _("With the last four digits of your telephone number"), date):
        pen.text((WIDTH // 2, low), line, font=_font(30), fill=INK if line == shown else QUIET, anchor="ma")
        low += 48
    kept = io.BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _code(address: str) -> Image.Image:
    """As large as whole pixels for each module allow."""
    code, kept = segno.make(address, micro=False, error="m"), io.BytesIO()
    code.save(kept, kind="png", scale=QR_SIDE // code.symbol_size(border=2)[0], border=2)
    return Image.open(kept).convert("RGB")
