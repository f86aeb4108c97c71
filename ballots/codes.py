"""One-time codes: how they look, how they are read from a person's typing, how they are kept.

Eight of 28 characters without those that eye or ear confuses (0 O, 1 I L, 5 S, 8 B, 2 Z keep one of each pair):
28⁸ ≈ 4·10¹¹ codes, so that with a thousand codes given out one guess in 400 million hits.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from django.conf import settings

from accounts import crypto

ALPHABET = "23456789ACDEFGHJKMNPQRTUVWXY"
LENGTH = 8
PURPOSE = "ballot code"
READ_AS = str.maketrans("BSZ", "852")  # only the digit of each pair is ever printed


def new_code() -> str:
    """Return a random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def derived(salt: str, who: str) -> str:
    """Return the code that belongs to `who` (a deputy, a telephone number) in the poll with this salt.

    Always the same, so that asking again gives no second vote and nothing needs to be kept about who has asked.
    Without the key in the settings, and without the salt (gone when the poll is closed), nobody can work it out.
    """
    digest = hmac.new(settings.BLIND_INDEX_KEY.encode(), f"{PURPOSE}\0{salt}\0{who}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest, "big")
    signs = []
    for _place in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[rest])
    return "".join(signs)


def spoken(code: str) -> str:
    """Return the code as it is printed: "K7PQ-4MXA"."""
    return f"{code[:4]}-{code[4:]}"


def normalise(raw: str) -> str | None:
    """Return the code from what somebody typed (small letters, blanks, full-width signs), or None if it is none."""
    text = unicodedata.normalize("NFKC", raw[:60]).upper().translate(READ_AS)
    text = "".join(sign for sign in text if sign.isalnum())
    return text if len(text) == LENGTH and set(text) <= set(ALPHABET) else None


def hashed(code: str) -> str:
    """Return what is kept of a code: its hash under a key that is not in the database."""
    return crypto.blind_index(code, purpose=PURPOSE)
