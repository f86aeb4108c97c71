"""Make an upload safe: its type is sniffed from its bytes, and what is kept is written anew.

An image is decoded and encoded again, which drops EXIF (positions above all), comments and whatever was hidden
behind its end. A PDF is copied page by page, which drops metadata, scripts, forms' actions and embedded files.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

import filetype
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import NameObject

MOST_PIXELS = 50_000_000  # a decompression bomb decodes to more; a telephone's photo to 12–48 million
LONGEST_SIDE = 2560  # pixels kept: enough to read a notice on a wall
MOST_PAGES = 100
IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}
# What a page needs to be read; not its actions, links and forms, nor what an editor wrote about its author.
PAGE_KEYS = {"/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Contents", "/Rotate", "/UserUnit", "/Group"}
ACTIVE = ("/OpenAction", "/AA", "/AcroForm", "/Names", "/JavaScript")


class BadUpload(ValueError):
    """The file cannot be taken; the message says why and what to do."""


@dataclass(frozen=True)
class Clean:
    """A file as it is kept."""

    data: bytes
    content_type: str
    digest: str

    @property
    def extension(self) -> str:
        """The extension that fits the content, whatever the file was called."""
        return EXTENSIONS[self.content_type]


def clean(data: bytes, *, most_bytes: int) -> Clean:
    """Return the safe form of an upload. Raises BadUpload with a translated sentence.

    `data` are the bytes as sent, `most_bytes` their limit. Accepted: JPEG, PNG, WebP, PDF.
    """
    if not data:
        raise BadUpload(_("The file is empty."))
    if len(data) > most_bytes:
        raise BadUpload(_("The file is too large: at most %(mb)d MB.") % {"mb": most_bytes // 2**20})
    kind = filetype.guess_mime(data)
    if kind in IMAGES:
        return _made(_image(data, IMAGES[kind]), kind)
    if kind == "application/pdf":
        return _made(_pdf(data), kind)
    raise BadUpload(_("Send a photo (JPEG, PNG, WebP) or a PDF; this file is neither."))


def _made(data: bytes, kind: str) -> Clean:
    return Clean(data, kind, hashlib.sha256(data).hexdigest())


def _image(data: bytes, form: str) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=[form])
            if picture.width * picture.height > MOST_PIXELS:
                raise BadUpload(_("The picture has too many pixels: make it smaller and try again."))
            picture.load()
            upright = ImageOps.exif_transpose(picture)
    except BadUpload:
        raise
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
        MemoryError,
        EOFError,
    ):
        raise BadUpload(_("The picture is damaged and cannot be opened.")) from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    has_alpha = form != "JPEG" and "A" in upright.getbands()
    plain = Image.new("RGBA" if has_alpha else "RGB", upright.size)
    plain.paste(upright.convert(plain.mode))
    out = io.BytesIO()
    plain.save(out, form, quality=85)
    return out.getvalue()


def _pdf(data: bytes) -> bytes:
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise BadUpload(_("The PDF is protected by a password: save it without one and try again."))
        if not 0 < len(reader.pages) <= MOST_PAGES:
            raise BadUpload(_("The PDF may have 1 to %(most)d pages.") % {"most": MOST_PAGES})
        writer = PdfWriter()
        for page in reader.pages:
            added = writer.add_page(page)
            for key in set(added) - PAGE_KEYS:
                del added[NameObject(key)]
        for key in ACTIVE:
            if key in writer.root_object:
                del writer.root_object[NameObject(key)]
        writer.metadata = None
        out = io.BytesIO()
        writer.write(out)
    except BadUpload:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
        NotImplementedError,
    ):
        raise BadUpload(_("The PDF is damaged and cannot be opened.")) from None
    return out.getvalue()
