"""Contact details at rest: encrypted with rotatable keys, found again by a keyed blind index.

Encryption is Fernet (AES-128-CBC with HMAC) through `MultiFernet`: the first of `settings.CONTACT_KEYS` writes,
any of them reads, so that keys are rotated without a stop (`manage.py rotate_contact_keys`). Ciphertext differs
each time, hence a look-up needs the blind index: HMAC-SHA256 under a key that is not in the database
(PIPL art 51: measures against leaks proportionate to the risk).
"""

import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

# Separators that people and telephone books write between digits, after NFKC (which turns （）－ into ASCII).
SEPARATORS = re.compile(r"[\s\-‐‑‒–—().·/]+")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
# 010 and 02x have three digits, all others four; local numbers have seven or eight and never start with 0, 1 or 9.
LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}")
COUNTRY_CODE = re.compile(r"^(?:\+86|0086|86(?=1[3-9][0-9]{9}$))")
LONGEST_PHONE = 40


class CannotDecrypt(Exception):
    """The stored value was written with a key that `CONTACT_KEYS` no longer lists, or was tampered with."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _keys() -> tuple[str, ...]:
    return tuple(settings.CONTACT_KEYS)


def encrypt(value: str) -> str:
    """Return `value` encrypted with the newest key, as URL-safe text. Empty text stays empty."""
    return _cipher(_keys()).encrypt(value.encode()).decode() if value else ""


def _decrypt_with(keys: tuple[str, ...], token: str) -> str:
    try:
        return _cipher(keys).decrypt(token.encode()).decode()
    except InvalidToken:
        # `from None`: the chained traceback would carry the token into the log.
        raise CannotDecrypt("A stored contact detail fits none of the keys in CONTACT_KEYS.") from None


def decrypt(token: str) -> str:
    """Return the text that `encrypt` was given. Raises `CannotDecrypt` where no current key fits."""
    return _decrypt_with(_keys(), token) if token else ""


def is_newest(token: str) -> bool:
    """Whether `token` needs no rotation: it is empty or was written with the newest key."""
    try:
        return not token or bool(_decrypt_with(_keys()[:1], token) is not None)
    except CannotDecrypt:
        return False


def rotate(token: str) -> str:
    """Return `token` re-encrypted with the newest key. Raises `CannotDecrypt` where no current key fits."""
    return encrypt(decrypt(token))


def blind_index(value: str, *, purpose: str) -> str:
    """Return the keyed hash (64 hexadecimal characters) by which `value` is looked up; empty stays empty.

    `purpose` separates uses: the same value gives unrelated hashes for two purposes.
    """
    if not value:
        return ""
    message = f"{purpose}\0{value}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()


def normalise_phone(raw: str) -> str:
    """Return a mainland mobile or landline number as bare digits, the area code included ("075512345678").

    Takes full-width digits, spaces, hyphens, brackets and the country code 86.
    Raises ValueError with a translated sentence where it is neither.
    """
    if not raw or not raw.strip():
        raise ValueError(_("Enter a telephone number."))
    text = SEPARATORS.sub("", unicodedata.normalize("NFKC", raw)) if len(raw) <= LONGEST_PHONE else ""
    digits = COUNTRY_CODE.sub("", text)
    if digits != text and (digits.startswith("10") or not digits.startswith(("0", "1"))):
        digits = "0" + digits  # abroad one leaves out the 0 of the area code: +86 755 …, +86 10 …
    if MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits):
        return digits
    raise ValueError(
        _("Enter a mainland mobile number of 11 digits, or a landline number with its area code (0755 12345678).")
    )
