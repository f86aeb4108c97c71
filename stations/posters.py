"""QR codes as pictures, and the A4 poster that hangs at a station's door: Chinese and English on one sheet."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.paper import Sheet
from stations.models import OpeningHours, OpinionCode, Station

INK, RED, GREY = (18, 48, 61), (181, 57, 31), (74, 89, 97)


def address_of(code: OpinionCode) -> str:
    """Return the short address that the code holds."""
    return settings.SITE_URL + reverse("stations:scan", args=[code.code])


def drawn(code: OpinionCode) -> segno.QRCode:
    """Return the QR code: level Q, so that it is read with a quarter of it torn or dirty."""
    return segno.make(address_of(code), error="q", micro=False)


def svg(code: OpinionCode) -> bytes:
    """The code as SVG, with a quiet zone."""
    out = io.BytesIO()
    drawn(code).save(out, kind="svg", scale=8, border=4, light="#fff", svgclass=None, lineclass=None)
    return out.getvalue()


def png(code: OpinionCode) -> bytes:
    """The code as PNG, large enough for print."""
    out = io.BytesIO()
    drawn(code).save(out, kind="png", scale=24, border=4)
    return out.getvalue()


@dataclass
class _Words:
    """What a poster says in one language."""

    title: str
    call: str
    name: str
    lines: list[str] = field(default_factory=list)


def _words(code: OpinionCode, language: str) -> _Words:
    with override(language):
        found = _Words(
            title=_("Scan to be heard"),
            call=_("Scan with your telephone, write what should be solved, and follow what becomes of it."),
            name=code.target.label,
        )
        if isinstance(code.target, Station):
            found.lines = _station_lines(code.target)
        else:
            found.lines = [
                _("Deputy to the people’s congress · %(level)s") % {"level": code.target.get_level_display()}
            ]
        return found


def _station_lines(station: Station) -> list[str]:
    lines = [station.get_kind_display()]
    if station.address:
        lines.append(_("Address: %(address)s") % {"address": station.address})
    if station.phone:
        lines.append(_("Telephone: %(phone)s") % {"phone": station.phone})
    if hours := list(station.hours.all()):
        lines.append(_("Open: %(hours)s") % {"hours": "; ".join(in_words(hours))})
    return lines


def in_words(hours: list[OpeningHours]) -> list[str]:
    """Opening hours as short phrases: following days with the same hours are named together."""
    days: dict[int, list[OpeningHours]] = {}
    for row in hours:
        days.setdefault(row.weekday, []).append(row)
    groups: list[tuple[str, list[OpeningHours]]] = []
    for day in sorted(days):
        spans = ", ".join(f"{row.opens:%H:%M}–{row.closes:%H:%M}" for row in days[day])
        if groups and groups[-1][0] == spans and groups[-1][1][-1].weekday == day - 1:
            groups[-1][1].append(days[day][0])
        else:
            groups.append((spans, [days[day][0]]))
    return [f"{_days(rows)} {spans}" for spans, rows in groups]


def _days(rows: list[OpeningHours]) -> str:
    first, last = rows[0].get_weekday_display(), rows[-1].get_weekday_display()
    return first if len(rows) == 1 else f"{first}–{last}"


def poster(code: OpinionCode) -> bytes:
    """The A4 sheet as PDF: Chinese first and large, English below, the code in the middle."""
    chinese, english = _words(code, "zh-hans"), _words(code, "en")
    sheet = Sheet(title=f"{chinese.name} {english.name}")
    sheet.band(28, RED)
    sheet.text(chinese.title, size=46, colour=INK, top=42)
    sheet.text(english.title, size=22, colour=GREY, top=64)
    sheet.qr(drawn(code), top=80, side=110)
    sheet.text(chinese.name, size=28, colour=INK, top=200)
    if english.name != chinese.name:
        sheet.text(english.name, size=16, colour=GREY, top=214)
    sheet.flow([chinese.call, english.call], size=12, colour=INK, top=226)
    sheet.flow([*chinese.lines, *(english.lines[1:] or english.lines)], size=9, colour=GREY, top=241)
    sheet.text(address_of(code), size=12, colour=INK, top=282)
    return sheet.done()
