"""The seal of the urn: sums of a poll as bytes that tell nothing to whoever has the database alone.

AES-256-GCM under a key derived from `BLIND_INDEX_KEY` and the urn's own salt. Not Fernet, whose tokens carry the
time. Every number takes four bytes whatever it is, so that the length never changes; a fresh nonce each time makes
any two contents look unrelated. So a copy of the table before and one after a vote show that somebody voted, which
the participations show as well, and not what.
"""

from __future__ import annotations

import os
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from ballots.models import Poll

NONCE = 12
Counts = dict[str, dict[str, int]]


def empty(poll: Poll, salt: str) -> bytes:
    """Return an urn without papers, sealed."""
    return _seal(poll, salt, [0] * (1 + len(_places(poll))))


def with_paper(poll: Poll, salt: str, sealed: bytes, marks: dict[str, str]) -> bytes:
    """Return the urn with one paper more, sealed anew. `marks` is item → option."""
    sums = _open(poll, salt, sealed)
    sums[0] += 1
    for place, (item, option) in enumerate(_places(poll), start=1):
        sums[place] += marks.get(item) == option
    return _seal(poll, salt, sums)


def opened(poll: Poll, salt: str, sealed: bytes) -> tuple[int, Counts]:
    """Return how many papers there are, and the sum of each option of each item.

    Raises cryptography's InvalidTag for an urn that was changed, or exchanged for that of another poll.
    """
    papers, *sums = _open(poll, salt, sealed)
    counts: Counts = {item["code"]: {} for item in poll.items}
    for (item, option), votes in zip(_places(poll), sums, strict=True):
        counts[item][option] = votes
    return papers, counts


def _places(poll: Poll) -> list[tuple[str, str]]:
    return [(item["code"], option["code"]) for item in poll.items for option in poll.options]


def _key(salt: str) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=bytes.fromhex(salt), info=b"ballot urn")
    return AESGCM(derive.derive(settings.BLIND_INDEX_KEY.encode()))


def _seal(poll: Poll, salt: str, sums: list[int]) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + _key(salt).encrypt(nonce, struct.pack(f">{len(sums)}I", *sums), str(poll.pk).encode())


def _open(poll: Poll, salt: str, sealed: bytes) -> list[int]:
    plain = _key(salt).decrypt(sealed[:NONCE], sealed[NONCE:], str(poll.pk).encode())
    return list(struct.unpack(f">{len(plain) // 4}I", plain))
