"""Identifiers that must not be mixed up, and how new ones are made."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import NewType

HospitalCode = NewType("HospitalCode", str)
UserId = NewType("UserId", int)
ChildId = NewType("ChildId", int)
CaseId = NewType("CaseId", int)
StudyUid = NewType("StudyUid", str)
SeriesUid = NewType("SeriesUid", str)
SopUid = NewType("SopUid", str)

RandomBits = Callable[[int], int]
"""A source of randomness: takes a number of bits, returns a non-negative integer below 2**bits."""


def new_uid(random_bits: RandomBits = secrets.randbits) -> str:
    """Make a DICOM UID in the ``2.25`` arc from 122 random bits (as a version 4 UUID has).

    Parameters
    ----------
    random_bits : callable, optional
        Source of randomness; the default is the operating system's.

    Returns
    -------
    str
        A UID of at most 44 characters.

    References
    ----------
    DICOM PS3.5 section B.2, "UUID Derived UID".
    """
    bits = random_bits(122)
    # A version 4 UUID: 48 random bits, version, 12 random bits, variant, 62 random bits.
    high, middle, low = bits >> 74, (bits >> 62) & 0xFFF, bits & ((1 << 62) - 1)
    return f"2.25.{(high << 80) | (0x4 << 76) | (middle << 64) | (0b10 << 62) | low}"


def uid_of(text: str) -> str:
    """Return the UID that belongs to a text: the same one every time.

    Examples
    --------
    >>> uid_of("a") == uid_of("a"), uid_of("a") == uid_of("b")
    (True, False)
    """
    digest = int(hashlib.sha256(text.encode()).hexdigest(), 16)
    return new_uid(lambda bits: digest >> (256 - bits))


def new_code(random_bits: RandomBits = secrets.randbits) -> str:
    """Make an unguessable code of 26 characters for a link that a person may type.

    The alphabet is Crockford's base 32 (no I, L, O, U); 130 bits.
    """
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    bits = random_bits(130)
    return "".join(alphabet[(bits >> (5 * place)) & 31] for place in range(26))
