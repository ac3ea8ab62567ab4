"""Value representations: which there are, how long their length field is, which a tag has.

References
----------
DICOM PS3.5 table 6.2-1 and section 7.1.2; PS3.6 (data dictionary, through pydicom).
"""

from __future__ import annotations

from functools import lru_cache

from pydicom.datadict import dictionary_VR, private_dictionary_VR

LONG_LENGTH = frozenset(
    ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]
)
"""Explicit VRs with two reserved bytes and a 32-bit length."""
SHORT_LENGTH = frozenset(
    [
        "AE",
        "AS",
        "AT",
        "CS",
        "DA",
        "DS",
        "DT",
        "FD",
        "FL",
        "IS",
        "LO",
        "LT",
        "PN",
        "SH",
        "SL",
        "SS",
        "ST",
        "TM",
        "UI",
        "UL",
        "US",
    ]
)
"""Explicit VRs with a 16-bit length."""
CHARSET_TEXT = frozenset(["SH", "LO", "ST", "PN", "LT", "UC", "UT"])
"""VRs that (0008,0005) applies to (PS3.5 section 6.1.2.3)."""

EXPLICIT: dict[bytes, tuple[str, bool]] = {
    name.encode(): (name, name in LONG_LENGTH) for name in LONG_LENGTH | SHORT_LENGTH
}
"""Two header bytes to the VR and whether its length takes 32 bits."""


@lru_cache(maxsize=16384)
def public_vr(tag: int) -> str:
    """Return the dictionary's VR of a standard tag, ``"UN"`` if it is unknown.

    Ambiguous ones come back as the dictionary has them, such as ``"US or SS"``.

    Parameters
    ----------
    tag : int
        Group in the upper 16 bits, element in the lower.
    """
    if tag & 0xFFFF == 0:
        return "UL"
    if tag & 0x10000:
        return "LO" if 0x10 <= tag & 0xFFFF <= 0xFF else "UN"
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"


@lru_cache(maxsize=16384)
def private_vr(tag: int, creator: str) -> str:
    """Return the VR of a private tag as far as pydicom's private dictionary knows it, else ``UN``.

    Parameters
    ----------
    tag : int
        A tag of an odd group.
    creator : str
        Value of its block's private creator element.
    """
    try:
        return private_dictionary_VR(tag, creator)
    except KeyError:
        return "UN"
