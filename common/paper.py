"""Sheets of A4 as PDF, for posters and lists on the wall. The font is embedded, so that Chinese looks alike everywhere.

fpdf2 sets the type; Noto Sans SC (SIL Open Font License) comes as a file in the package `pylopdf-fonts-zh-cn`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from importlib.resources import files

import segno
from fpdf import FPDF

FONT = str(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf")
WIDTH, MARGIN = 210, 15  # millimetres
Colour = tuple[int, int, int]
# The font sets ’ as wide as a Chinese character: right among those, a gap within an English word.
APOSTROPHE = re.compile(r"(?<=[A-Za-z])’(?=[A-Za-z])")


class Sheet:
    """One page of A4 in portrait; places are millimetres from the top, texts are centred."""

    def __init__(self, *, title: str) -> None:
        self.pdf = FPDF(format="A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margins(MARGIN, MARGIN)
        self.pdf.add_font("sans", fname=FONT)
        self.pdf.set_title(title)
        self.pdf.set_lang("zh-CN")
        self.pdf.add_page()

    def band(self, height: float, colour: Colour) -> None:
        """A coloured band across the top."""
        self.pdf.set_fill_color(*colour)
        self.pdf.rect(0, 0, WIDTH, height, style="F")

    def text(self, words: str, *, size: float, colour: Colour, top: float) -> None:
        """One line; made smaller until it fits the width."""
        words = APOSTROPHE.sub("'", words)
        self.pdf.set_text_color(*colour)
        self.pdf.set_font("sans", size=size)
        while self.pdf.get_string_width(words) > WIDTH - 2 * MARGIN and size > 7:
            size -= 0.5
            self.pdf.set_font("sans", size=size)
        self.pdf.set_xy(MARGIN, top)
        self.pdf.cell(WIDTH - 2 * MARGIN, size * 0.45, words, align="C")

    def flow(self, lines: Sequence[str], *, size: float, colour: Colour, top: float) -> None:
        """Several lines, each wrapped where it is too long."""
        self.pdf.set_text_color(*colour)
        self.pdf.set_font("sans", size=size)
        self.pdf.set_y(top)
        for line in lines:
            self.pdf.set_x(MARGIN)
            self.pdf.multi_cell(WIDTH - 2 * MARGIN, size * 0.55, APOSTROPHE.sub("'", line), align="C")

    def qr(self, code: segno.QRCode, *, top: float, side: float) -> None:
        """A QR code in the middle, as a picture without smoothing."""
        picture = io.BytesIO()
        code.save(picture, kind="png", scale=20, border=3)
        picture.seek(0)
        self.pdf.image(picture, x=(WIDTH - side) / 2, y=top, w=side, h=side)

    def done(self) -> bytes:
        """The finished PDF."""
        return bytes(self.pdf.output())
