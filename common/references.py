"""Reference numbers: ten characters, easy to read out, checked by their last one, impossible to guess.

28 characters without those that are confused by eye or ear (0 O, 1 I L, S 5 → only digits 2–9 kept with letters
that do not look like them), nine of them random: 28⁹ ≈ 10¹³ references, of which a city uses one in a million.
The tenth is a Luhn mod 28 check, which catches every single slip and nearly every swap of neighbours.
"""

import secrets
import unicodedata

from stdnum import luhn

ALPHABET = "23456789ACDEFGHJKMNPQRTUVWXY"
LENGTH = 10


def new_reference() -> str:
    """Return a new random reference; uniqueness is the database's to see to."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + str(luhn.calc_check_digit(body, ALPHABET))


def spoken(reference: str) -> str:
    """Return a reference in two groups of five, as it is read out."""
    return f"{reference[:5]}-{reference[5:]}"


def normalise(raw: str) -> str | None:
    """Return the reference as stored from what a person typed, or None when it cannot be one."""
    text = unicodedata.normalize("NFKC", raw).upper()
    text = "".join(c for c in text if c not in " -–—_\t\u3000")
    return text if len(text) == LENGTH and set(text) <= set(ALPHABET) and luhn.is_valid(text, ALPHABET) else None
