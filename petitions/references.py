"""A petition's reference numbers: the same kind as an appointment's (common/references.py)."""

from common.references import ALPHABET, LENGTH, new_reference, normalise

__all__ = ["ALPHABET", "LENGTH", "new_reference", "normalise"]
