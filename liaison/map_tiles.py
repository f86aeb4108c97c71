"""Where map tiles come from: one setting with the address, the attribution and, for the policy, the hosts."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

# Coordinates are those of satellites (CGCS2000, to a metre the same as WGS 84), so that no shift is needed.
TIANDITU: Final = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)


def parse(raw: str) -> dict[str, Any]:
    """Return urls, subdomains and attribution from `tianditu:KEY` or JSON; raises ValueError."""
    if raw.startswith("tianditu:"):
        return _tianditu(raw.removeprefix("tianditu:"))
    try:
        given = json.loads(raw)
    except ValueError:
        raise ValueError("it is neither tianditu:KEY nor JSON") from None
    if not isinstance(given, dict) or set(given) - {"urls", "subdomains", "attribution"}:
        raise ValueError("it is not an object with urls, subdomains and attribution")
    urls, attribution = given.get("urls"), given.get("attribution")
    if not isinstance(urls, list) or not urls or not isinstance(attribution, str) or not attribution:
        raise ValueError("it lacks urls or attribution")
    if not all(isinstance(url, str) and _is_template(url) for url in urls):
        raise ValueError("an address is not https with {z}, {x} and {y}")
    return {"urls": urls, "subdomains": str(given.get("subdomains", "abc")), "attribution": attribution}


def hosts(tiles: dict[str, Any] | None) -> list[str]:
    """Return the sources that the policy must allow for images, none without a provider."""
    found: list[str] = []
    if tiles is None:
        return []
    for url in tiles["urls"]:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        found += [origin.replace("{s}", each) for each in tiles["subdomains"]] if "{s}" in origin else [origin]
    return sorted(set(found))


def _tianditu(key: str) -> dict[str, Any]:
    if not re.fullmatch(r"[0-9a-fA-F]{16,64}", key):
        raise ValueError("the key is not hexadecimal")
    urls = [TIANDITU.format(layer=layer, key=key) for layer in ("vec", "cva")]
    return {"urls": urls, "subdomains": "01234567", "attribution": _("© Tianditu")}


def _is_template(url: str) -> bool:
    return url.startswith("https://") and bool(urlsplit(url).netloc) and all(f"{{{axis}}}" in url for axis in "zxy")
