"""Slips of paper: a code with its QR code."""

from __future__ import annotations

import segno
from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from ballots.codes import spoken

register = template.Library()
register.filter("spoken", spoken)


@register.simple_tag
def voting_qr(code: str) -> SafeString:
    """The QR code of a voting code: black on white, whatever the colours of the page.

    The code stands behind `#`: a browser keeps that part to itself, so that no server or proxy logs it.
    """
    picture = segno.make(f"{settings.SITE_URL}/vote/#{code}", error="m")
    return mark_safe(picture.svg_inline(scale=3, border=2, light="#fff"))  # noqa: S308, drawn by segno from our address
