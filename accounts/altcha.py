"""Proof of work against robots (ALTCHA): no picture to decipher, which elder mode forbids (MIIT).

A challenge is signed, expires, and buys one request: its nonce is remembered in the cache. With the cache down a
solved challenge could be used again until it expires; submitting must go on, so that is accepted.
"""

import base64
import binascii
import json
import secrets
import time

import altcha
from django.conf import settings
from django.core.cache import cache

from accounts.crypto import blind_index

LIFETIME = 20 * 60  # seconds: an elderly person writes slowly
ALGORITHM = "PBKDF2/SHA-256"
LONGEST_PAYLOAD = 4096
# How many keys a browser tries: about a second on a phone, a price only for those who send thousands.
FEWEST, MOST = 60, 200


def _secret(use: str) -> str:
    return blind_index(use, purpose="altcha")


def challenge() -> dict[str, object]:
    """Return a new challenge as the ALTCHA widget (version 3) expects it."""
    return altcha.create_challenge(
        ALGORITHM,
        settings.ALTCHA_COST,
        counter=FEWEST + secrets.randbelow(MOST - FEWEST),
        expires_at=int(time.time()) + LIFETIME,
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("key"),
    ).to_dict()


def _read(payload: str) -> altcha.Payload | None:
    try:
        read = altcha.Payload.from_dict(json.loads(base64.b64decode(payload, validate=True)))
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return read if isinstance(read.challenge.parameters.nonce, str) else None


def verify(payload: str) -> bool:
    """Whether `payload` (base64, from the widget) solves one of our challenges, in time and for the first time."""
    read = _read(payload) if isinstance(payload, str) and len(payload) <= LONGEST_PAYLOAD else None
    if read is None:
        return False
    try:
        result = altcha.verify_solution(read, _secret("challenge"), hmac_key_secret=_secret("key"))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return False
    if not result.verified or read.challenge.parameters.expires_at is None:
        return False
    # add() answers False when the nonce is known, None when the cache is down.
    return cache.add(f"altcha:{read.challenge.parameters.nonce}", 1, timeout=LIFETIME) is not False
